/**
 * What the coordinator knows of one group: its offsets, and its members by one of two protocols. A group with
 * offsets alone ("simple") is an empty classic one that no record tells of.
 */
import type { ClassicGroup } from './classic/state.ts'
import type { ConsumerGroup } from './consumer/state.ts'
import type { Offsets } from './offsets/offsets.ts'
import { PendingOffsets } from './offsets/pending.ts'

export interface Group {
  readonly id: string
  readonly offsets: Offsets
  /** Of transactions that have not ended. */
  readonly pending: PendingOffsets
  classic: ClassicGroup | null
  /** Never both. */
  consumer: ConsumerGroup | null
}

export function newGroup(id: string): Group {
  return { id, offsets: new Map(), pending: new PendingOffsets(), classic: null, consumer: null }
}

/** Nothing is known of it: to the protocol such a group does not exist. */
export function isVacant(group: Group): boolean {
  return group.classic === null && group.consumer === null
}
