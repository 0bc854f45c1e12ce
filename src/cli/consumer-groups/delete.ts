import { deleteGroups } from '../../client/admin/group-offsets.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { javaText } from '../java/errors.ts'
import type { Asking } from './ask.ts'

export type Deletion = { readonly group: string; readonly fault: string | null }

/** `--delete`: each group has an outcome of its own. */
export async function deleteAll(
  { cluster, timeoutMs }: Asking,
  groupIds: readonly string[],
): Promise<Deletion[]> {
  const groups = javaHashMapOrder([...new Set(groupIds)])
  const results =
    groups.length === 0 ? new Map() : await deleteGroups(cluster, groups, { timeoutMs })
  return groups.map((group) => {
    const result = results.get(group)!
    return { group, fault: result.ok ? null : javaText(result.error) }
  })
}

/** Kafka's own text. */
export function plainDeletions(deletions: readonly Deletion[]): string {
  const done = deletions.filter(({ fault }) => fault === null)
  const names = done.map(({ group }) => `'${group}'`).join(', ')
  const failed = deletions.filter(({ fault }) => fault !== null)
  if (failed.length === 0)
    return `Deletion of requested consumer groups (${names}) was successful.\n`
  const faults = failed.map(
    ({ group, fault }) => `* Group '${group}' could not be deleted due to: ${fault}\n`,
  )
  const rest =
    done.length === 0 ? '' : `\nThese consumer groups were deleted successfully: ${names}\n`
  return `\nError: Deletion of some consumer groups failed:\n${faults.join('')}${rest}`
}
