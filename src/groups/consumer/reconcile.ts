/** One step of a member towards the target, from what it holds and what it says it holds (KIP-848, "Assignment Process"). */
import type { PartitionSet } from './assign/assignor.ts'
import { intersect } from './partitions.ts'
import type { Member, OwnedPartitions } from './state.ts'

export interface Reconciling {
  readonly target: PartitionSet
  readonly targetEpoch: number
  /** What the member reports to hold; null where it did not say. */
  readonly reported: PartitionSet | null
  /** Topics that the member wants now; the target may be older. */
  readonly wants: ReadonlySet<string>
  readonly subscriptionChanged: boolean
  /** Does anybody hold it, or not yet have given it back? */
  isHeld(topicId: string, partition: number): boolean
}

/** The member itself where there is nothing to do. */
export function reconcile(member: Member, given: Reconciling): Member {
  switch (member.state) {
    case 'Stable':
      if (member.epoch !== given.targetEpoch) return advance(member, given)
      return given.subscriptionChanged ? dropUnwanted(member, given) : member
    case 'UnrevokedPartitions':
      if (holdsAny(given.reported, member.revoking)) {
        return given.subscriptionChanged ? dropUnwanted(member, given) : member
      }
      return advance({ ...member, epoch: member.epoch + 1, revoking: new Map() }, given, member)
    case 'UnreleasedPartitions':
      return advance(member, given)
    case 'Unknown':
      return advance({ ...member, epoch: given.targetEpoch }, given, member)
  }
}

/** `before` is what the record held: its epoch becomes the previous one. */
function advance(member: Member, given: Reconciling, before = member): Member {
  const { target, targetEpoch, reported, wants, isHeld } = given
  const kept = new Map<string, Map<number, number>>()
  const revoking = new Map<string, Map<number, number>>()
  for (const [topicId, epochs] of member.assigned) {
    for (const [partition, epoch] of epochs) {
      const stays = wants.has(topicId) && (target.get(topicId)?.has(partition) ?? false)
      put(stays ? kept : revoking, topicId, partition, epoch)
    }
  }
  if (revoking.size > 0 && holdsAny(reported, revoking)) {
    // It stays in its epoch until it has given them back.
    const { epoch } = member
    return moved(before, { state: 'UnrevokedPartitions', epoch, assigned: kept, revoking })
  }
  let awaitsOthers = false
  for (const [topicId, partitions] of target) {
    if (!wants.has(topicId)) continue
    for (const partition of partitions) {
      if (kept.get(topicId)?.has(partition)) continue
      if (isHeldByOther(before, topicId, partition, isHeld)) awaitsOthers = true
      else put(kept, topicId, partition, targetEpoch)
    }
  }
  const state = awaitsOthers ? 'UnreleasedPartitions' : 'Stable'
  return moved(before, { state, epoch: targetEpoch, assigned: kept, revoking: new Map() })
}

/** What it has itself just given back is free, though the record that says so is yet to be written. */
function isHeldByOther(
  { assigned, revoking }: Member,
  topicId: string,
  partition: number,
  isHeld: Reconciling['isHeld'],
): boolean {
  const isOwn = assigned.get(topicId)?.has(partition) || revoking.get(topicId)?.has(partition)
  return !isOwn && isHeld(topicId, partition)
}

/** A topic that it no longer wants is taken back at once; the target follows later. */
function dropUnwanted(member: Member, { wants, reported }: Reconciling): Member {
  const kept = new Map<string, Map<number, number>>()
  const revoking = new Map<string, Map<number, number>>()
  for (const [topicId, epochs] of member.revoking) revoking.set(topicId, new Map(epochs))
  let dropped = false
  for (const [topicId, epochs] of member.assigned) {
    dropped ||= !wants.has(topicId)
    const to = wants.has(topicId) ? kept : revoking
    for (const [partition, epoch] of epochs) put(to, topicId, partition, epoch)
  }
  if (!dropped) return member
  const { epoch } = member
  if (holdsAny(reported, revoking)) {
    return moved(member, { state: 'UnrevokedPartitions', epoch, assigned: kept, revoking })
  }
  return moved(member, { state: member.state, epoch, assigned: kept, revoking: new Map() })
}

/** Who does not say what it holds may hold it still. */
const holdsAny = (reported: PartitionSet | null, partitions: OwnedPartitions): boolean =>
  reported === null ? partitions.size > 0 : intersect(partitions, reported)

function moved(
  member: Member,
  to: Pick<Member, 'state' | 'epoch' | 'assigned' | 'revoking'>,
): Member {
  return { ...member, ...to, previousEpoch: member.epoch }
}

function put(
  partitions: Map<string, Map<number, number>>,
  topicId: string,
  partition: number,
  epoch: number,
): void {
  const epochs = partitions.get(topicId)
  if (epochs === undefined) partitions.set(topicId, new Map([[partition, epoch]]))
  else epochs.set(partition, epoch)
}
