/** The rows of many groups at once: one question to each coordinator and each leader, however many groups there are. */
import { groupOffsets } from '../../../client/admin/group-offsets.ts'
import { orThrow } from '../../../client/result.ts'
import { executionError } from '../../java/errors.ts'
import { type Asking, logEnds } from '../ask.ts'
import { type Committed, type GroupView, nameOf, offsetRows, type TopicPartition } from './view.ts'

export async function rowsOfGroups(asking: Asking, groups: readonly GroupView[]) {
  const committed = await committedOfGroups(
    asking,
    groups.map(({ group }) => group),
  )
  const partitions = new Map<string, TopicPartition>()
  for (const { group, members } of groups) {
    for (const { assignment } of members) {
      for (const at of assignment) partitions.set(nameOf(at), at)
    }
    for (const [name, at] of committed.get(group)!) partitions.set(name, at)
  }
  const ends = await logEnds(asking, [...partitions.values()])
  return new Map(
    groups.map((group) => [
      group,
      offsetRows(group, { committed: committed.get(group.group)!, ends }),
    ]),
  )
}

async function committedOfGroups({ cluster, timeoutMs }: Asking, groupIds: readonly string[]) {
  const results = await groupOffsets(cluster, new Map(groupIds.map((id) => [id, null])), {
    timeoutMs,
  })
  const committed = new Map<string, Map<string, TopicPartition & Committed>>()
  for (const groupId of groupIds) {
    const result = results.get(groupId)!
    if (!result.ok) throw executionError(result.error)
    const offsets = result.value.map(({ topic, partition, result: each }) => {
      const at = { topic, partition, ...orThrow(each) }
      return [nameOf(at), at] as const
    })
    committed.set(groupId, new Map(offsets))
  }
  return committed
}
