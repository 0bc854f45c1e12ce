import { illegalArgument } from '../java/errors.ts'
import { topicPattern } from '../topic-pattern.ts'

const internalTopics = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

/** Names of existing topics that a `--topic` pattern means, sorted; without pattern all of them. */
export function matchingTopics(
  names: readonly string[],
  { pattern, excludeInternal }: { pattern: string | undefined; excludeInternal: boolean },
): string[] {
  const visible = names.filter((name) => !(excludeInternal && internalTopics.has(name))).sort()
  if (pattern === undefined) return visible
  const { matches } = topicPattern(pattern)
  return visible.filter(matches)
}

export function ensureSome(
  found: readonly string[],
  { pattern, required }: { pattern: string | undefined; required: boolean },
): void {
  if (found.length > 0 || !required || pattern === undefined || pattern === '') return
  throw illegalArgument(`Topic '${pattern}' does not exist as expected`)
}
