/**
 * The assignor "uniform": members get as many partitions as each other, give or take one, and keep what they had as far
 * as that allows. Where members subscribe to different topics, see uniform-mixed.ts.
 */
import { type AssignmentSpec, type Draft, emptyDraft, give, sizeOf } from './assignor.ts'
import { inJavaOrder } from './java-order.ts'
import { assignMixed } from './uniform-mixed.ts'

export function assignUniform(spec: AssignmentSpec): Draft {
  return subscribeAlike(spec) ? assignAlike(spec) : assignMixed(spec)
}

function subscribeAlike({ members }: AssignmentSpec): boolean {
  let first: ReadonlySet<string> | undefined
  for (const { topicIds } of members.values()) {
    first ??= topicIds
    if (topicIds.size !== first.size) return false
    for (const id of topicIds) if (!first.has(id)) return false
  }
  return true
}

function assignAlike({ members, partitionCount }: AssignmentSpec): Draft {
  const ids = [...members.keys()].sort()
  const draft = emptyDraft(ids)
  const [first] = members.values()
  const topics = inJavaOrder(first?.topicIds ?? [])
  const total = topics.reduce((sum, id) => sum + partitionCount(id), 0)
  const share = Math.floor(total / ids.length)
  let larger = total % ids.length
  const taken = new Map(topics.map((id) => [id, new Set<number>()]))
  for (const id of ids) {
    const kept = keep(share + (larger > 0 ? 1 : 0), {
      draft,
      id,
      members,
      topics,
      partitionCount,
      taken,
    })
    if (kept > share) larger--
  }
  const free = freePartitions(topics, partitionCount, taken)
  const open = ids.filter((id) => sizeOf(draft.get(id)!) <= share)
  for (const [index, id] of open.entries()) {
    // Who has not filled its share so far; the last ones take what does not divide evenly.
    const quota = share + (open.length - index <= larger ? 1 : 0)
    for (let size = sizeOf(draft.get(id)!); size < quota; size++) {
      const { value } = free.next()
      if (value !== undefined) give(draft, id, value.topicId, value.partition)
    }
  }
  return draft
}

interface Keeping {
  readonly draft: Draft
  readonly id: string
  readonly members: AssignmentSpec['members']
  readonly topics: readonly string[]
  readonly partitionCount: AssignmentSpec['partitionCount']
  readonly taken: ReadonlyMap<string, Set<number>>
}

/** Leaves a member what it has, up to its quota. What somebody else has too (it should not be) goes to the first. */
function keep(
  quota: number,
  { draft, id, members, topics, partitionCount, taken }: Keeping,
): number {
  const { owned } = members.get(id)!
  let kept = 0
  for (const topicId of topics) {
    const others = taken.get(topicId)!
    for (const partition of [...(owned.get(topicId) ?? [])].sort((a, b) => a - b)) {
      if (kept === quota) return kept
      if (partition >= partitionCount(topicId) || others.has(partition)) continue
      give(draft, id, topicId, partition)
      others.add(partition)
      kept++
    }
  }
  return kept
}

function* freePartitions(
  topics: readonly string[],
  partitionCount: AssignmentSpec['partitionCount'],
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): Generator<{ topicId: string; partition: number }, undefined> {
  for (const topicId of topics) {
    const others = taken.get(topicId)!
    for (let partition = 0; partition < partitionCount(topicId); partition++) {
      if (!others.has(partition)) yield { topicId, partition }
    }
  }
}
