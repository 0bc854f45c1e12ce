/** Who may vote, and what a majority of them holds (KIP-595, KIP-853). */
export interface ReplicaKey {
  readonly id: number
  /** All zeros where nobody told it: static voters have none. */
  readonly directoryId: string
}

export function majority(count: number): number {
  return Math.floor(count / 2) + 1
}

export function isVoter(voters: readonly ReplicaKey[], id: number): boolean {
  return voters.some((voter) => voter.id === id)
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
