import type { MetadataCache } from '../metadata-cache.ts'
import type { ConsumerSettings } from './settings.ts'

/** Topics by their names, or those whose name is chosen; a pattern is looked at again whenever the metadata are. */
export type Subscription =
  | { readonly topics: readonly string[] }
  | { readonly matches: (topic: string) => boolean }

export function wantedTopics(
  subscription: Subscription | null,
  cache: MetadataCache,
  { excludeInternalTopics }: Pick<ConsumerSettings, 'excludeInternalTopics'>,
): readonly string[] {
  if (subscription === null) return []
  if ('topics' in subscription) return subscription.topics
  return [...cache.topics.values()]
    .filter(({ isInternal }) => !(isInternal && excludeInternalTopics))
    .map(({ name }) => name)
    .filter(subscription.matches)
}

/** Whether a topic that is wanted by its name is not there. */
export function isMissing(subscription: Subscription | null, cache: MetadataCache): boolean {
  if (subscription === null || !('topics' in subscription)) return false
  return subscription.topics.some((name) => (cache.topics.get(name)?.partitions.length ?? 0) === 0)
}
