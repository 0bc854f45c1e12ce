/** What each record means, for the live path and for the replay alike: the only place that changes what is remembered. */
import { applyClassicGroup } from './classic/apply.ts'
import { newClassicGroup } from './classic/state.ts'
import { applyConsumer, type ConsumerRecord } from './consumer/apply.ts'
import { newConsumerGroup } from './consumer/state.ts'
import { type Group, isVacant } from './group.ts'
import { applyOffset } from './offsets/offsets.ts'
import type { GroupRecord, RecordOf } from './records.ts'

export function apply(group: Group, record: GroupRecord): void {
  switch (record.kind) {
    case 'offset':
      if (record.value !== null) beginSimple(group)
      if (record.value === null) group.pending.delete(record.key)
      else group.pending.overtake(record.key)
      return applyOffset(group.offsets, record.key, record.value)
    case 'classicGroup':
      if (record.value === null) {
        group.classic = null
        return
      }
      group.consumer = null
      group.classic ??= newClassicGroup(group.id)
      return applyClassicGroup(group.classic, record.value)
    default:
      return applyToConsumer(group, record)
  }
}

/** A record of a transactional batch; its producer's marker tells later what becomes of it. */
export function applyPending(group: Group, record: GroupRecord, producerId: bigint): void {
  if (record.kind !== 'offset' || record.value === null) return apply(group, record)
  beginSimple(group)
  group.pending.add(producerId, (record as RecordOf<'offset'>).key, record.value)
}

export function applyEnd(
  group: Group,
  { producerId, committed }: { producerId: bigint; committed: boolean },
): void {
  group.pending.end(producerId, group.offsets, { committed })
}

/** Offsets without a group are those of a simple one, which is there from then on, even when they are gone. */
export function beginSimple(group: Group): void {
  if (isVacant(group)) group.classic = newClassicGroup(group.id)
}

function applyToConsumer(group: Group, record: ConsumerRecord): void {
  if (record.value !== null) {
    group.consumer ??= newConsumerGroup(group.id)
    // A simple group that was only there for offsets.
    group.classic = null
  }
  if (group.consumer === null) return
  applyConsumer(group.consumer, record)
  if (record.kind === 'groupEpoch' && record.value === null) group.consumer = null
}
