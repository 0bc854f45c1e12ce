/**
 * The assignor "range" of the server: per topic, members in order (static ones first, by instance) get consecutive runs of
 * partitions, the first ones one more where they do not divide evenly. Topics with as many partitions are thus read
 * alongside each other.
 */
import { type AssignmentSpec, type Draft, emptyDraft, give } from './assignor.ts'

export function assignRange({ members, partitionCount }: AssignmentSpec): Draft {
  const draft = emptyDraft(members.keys())
  const subscribers = new Map<string, string[]>()
  for (const [id] of [...members].sort(byInstance)) {
    for (const topicId of members.get(id)!.topicIds) {
      const known = subscribers.get(topicId)
      if (known === undefined) subscribers.set(topicId, [id])
      else known.push(id)
    }
  }
  for (const [topicId, ids] of subscribers) {
    const count = partitionCount(topicId)
    const share = Math.floor(count / ids.length)
    const larger = count % ids.length
    let next = 0
    for (const [index, id] of ids.entries()) {
      const end = next + share + (index < larger ? 1 : 0)
      while (next < end) give(draft, id, topicId, next++)
    }
  }
  return draft
}

type Entry = readonly [id: string, { readonly instanceId: string | null }]

function byInstance([idA, a]: Entry, [idB, b]: Entry): number {
  if (a.instanceId !== null && b.instanceId !== null) return a.instanceId < b.instanceId ? -1 : 1
  if (a.instanceId !== null || b.instanceId !== null) return a.instanceId === null ? 1 : -1
  return idA < idB ? -1 : 1
}
