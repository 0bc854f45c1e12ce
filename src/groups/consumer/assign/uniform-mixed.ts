/**
 * "uniform" for members that subscribe to different topics: everybody keeps what it may, what is free goes to those who
 * have least, and then partitions move from those who have most until no move makes two members more alike.
 */
import { type AssignmentSpec, type Draft, emptyDraft, give } from './assignor.ts'
import { inJavaOrder } from './java-order.ts'

interface Work {
  readonly draft: Draft
  readonly sizes: Map<string, number>
  /** Topic id → its subscribers, in order. */
  readonly subscribers: ReadonlyMap<string, readonly string[]>
  /** Topic id → owner of each partition. */
  readonly owners: ReadonlyMap<string, (string | undefined)[]>
}

export function assignMixed(spec: AssignmentSpec): Draft {
  const ids = [...spec.members.keys()].sort()
  const subscribers = subscribersOf(spec, ids)
  const topics = hardestFirst(spec, subscribers)
  const work: Work = {
    draft: emptyDraft(ids),
    sizes: new Map(ids.map((id) => [id, 0])),
    subscribers,
    owners: new Map(
      topics.map((topicId) => [topicId, Array(spec.partitionCount(topicId)).fill(undefined)]),
    ),
  }
  keep(spec, ids, work)
  for (const topicId of topics) fill(work, topicId)
  balance(work, topics)
  for (const [topicId, owners] of work.owners) {
    for (const [partition, id] of owners.entries()) give(work.draft, id!, topicId, partition)
  }
  return work.draft
}

function subscribersOf({ members }: AssignmentSpec, ids: readonly string[]): Map<string, string[]> {
  const subscribers = new Map<string, string[]>()
  for (const id of ids) {
    for (const topicId of members.get(id)!.topicIds) {
      const known = subscribers.get(topicId)
      if (known === undefined) subscribers.set(topicId, [id])
      else known.push(id)
    }
  }
  return subscribers
}

/** Topics with many partitions for few subscribers leave the least choice. */
function hardestFirst(
  { partitionCount }: AssignmentSpec,
  subscribers: ReadonlyMap<string, readonly string[]>,
): string[] {
  const size = (topicId: string) => subscribers.get(topicId)!.length
  const load = (topicId: string) => partitionCount(topicId) / size(topicId)
  return inJavaOrder(subscribers.keys()).sort((a, b) => load(b) - load(a) || size(a) - size(b))
}

function keep({ members }: AssignmentSpec, ids: readonly string[], work: Work): void {
  for (const id of ids) {
    const { owned, topicIds } = members.get(id)!
    for (const [topicId, partitions] of owned) {
      const owners = topicIds.has(topicId) ? work.owners.get(topicId) : undefined
      for (const partition of partitions) {
        if (owners === undefined || partition >= owners.length) continue
        if (owners[partition] === undefined) move(work, owners, partition, id)
      }
    }
  }
}

/** In rounds, each over those who have least at its beginning. */
function fill(work: Work, topicId: string): void {
  const owners = work.owners.get(topicId)!
  const { sizes } = work
  const order = [...work.subscribers.get(topicId)!].sort((a, b) => sizes.get(a)! - sizes.get(b)!)
  let turn = 0
  for (const [partition, owner] of owners.entries()) {
    if (owner !== undefined) continue
    const next = order[turn + 1]
    move(work, owners, partition, order[turn]!)
    // The one behind may have as little as this one had before.
    const goesOn = next !== undefined && sizes.get(next)! < sizes.get(order[turn]!)!
    turn = goesOn ? turn + 1 : 0
  }
}

function balance(work: Work, topics: readonly string[]): void {
  for (let moved = true; moved; ) {
    moved = false
    for (const topicId of topics) while (even(work, topicId)) moved = true
  }
}

/** One move from the fullest owner of a partition of this topic to its emptiest subscriber, if that makes them more alike. */
function even(work: Work, topicId: string): boolean {
  const owners = work.owners.get(topicId)!
  const { sizes } = work
  let least: string | undefined
  for (const id of work.subscribers.get(topicId)!) {
    if (least === undefined || sizes.get(id)! < sizes.get(least)!) least = id
  }
  let from = -1
  for (const [partition, owner] of owners.entries()) {
    if (from < 0 || sizes.get(owner!)! >= sizes.get(owners[from]!)!) from = partition
  }
  if (least === undefined || from < 0) return false
  if (sizes.get(owners[from]!)! - sizes.get(least)! < 2) return false
  move(work, owners, from, least)
  return true
}

function move(
  { sizes }: Work,
  owners: (string | undefined)[],
  partition: number,
  to: string,
): void {
  const from = owners[partition]
  if (from !== undefined) sizes.set(from, sizes.get(from)! - 1)
  owners[partition] = to
  sizes.set(to, sizes.get(to)! + 1)
}
