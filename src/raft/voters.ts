/** Who may vote, and what a majority of them holds (KIP-595, KIP-853). */
import { zeroUuid } from '../base/uuid.ts'

export interface ReplicaKey {
  readonly id: number
  /** All zeros where nobody told it: static voters have none. */
  readonly directoryId: string
}

export interface VoterEndpoint {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** What a VotersRecord says of one. */
export interface Voter extends ReplicaKey {
  /** Empty for a static voter, whose place stands in the configuration. */
  readonly endpoints: readonly VoterEndpoint[]
  /** Levels of kraft.version that it understands. */
  readonly kraftVersion: { readonly min: number; readonly max: number }
}

/** Whatever the log says last counts, committed or not (Raft §6). */
export interface VoterSet {
  /** Of the record that says it; −1: a configuration or the snapshot that the node was formatted with. */
  readonly offset: bigint
  /** From 1 on voters may come and go; at 0 they are those of the configuration. */
  readonly kraftVersion: number
  readonly voters: readonly Voter[]
}

/** A voter that never told its directory is known by its id alone. */
export function isSame(voter: ReplicaKey, key: ReplicaKey): boolean {
  if (voter.id !== key.id) return false
  return voter.directoryId === zeroUuid || voter.directoryId === key.directoryId
}

export function isVoter(voters: readonly ReplicaKey[], key: ReplicaKey): boolean {
  return voters.some((voter) => isSame(voter, key))
}

export function majority(count: number): number {
  return Math.floor(count / 2) + 1
}

/** The offset that a majority has reached. `ends` has one entry for each voter; an unknown end is −1. */
export function majorityOffset(ends: readonly bigint[]): bigint {
  const descending = [...ends].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return descending[majority(ends.length) - 1] ?? -1n
}

/** The latest time at which a majority had been heard of. `times` has one entry for each voter. */
export function majorityTime(times: readonly number[]): number {
  const descending = [...times].sort((a, b) => b - a)
  return descending[majority(times.length) - 1] ?? 0
}
