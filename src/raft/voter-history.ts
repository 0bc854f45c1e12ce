/**
 * The voter sets that a node's log has said, oldest first: the last one counts, whether committed or not, and a truncation
 * brings back the one before (Raft §6, KIP-853). Invariant: there is always one, and offsets ascend.
 */
import { assert } from '../base/assert.ts'
import type { VotersTold } from './messages.ts'
import type { RaftNode } from './node.ts'
import type { VoterSet } from './voters.ts'

export type VoterHistory = Pick<RaftNode, 'voterSets' | 'voters'>

export function currentVoters({ voterSets }: Pick<VoterHistory, 'voterSets'>): VoterSet {
  return voterSets.at(-1)!
}

export function learnVoters(node: VoterHistory, sets: readonly VoterSet[]): void {
  for (const each of sets) {
    assert(each.offset > currentVoters(node).offset, 'voter sets come in the order of the log')
    node.voterSets.push(each)
  }
  node.voters = currentVoters(node).voters
}

/** Whole sets out of records each of which says a part. */
export function votersTold(
  node: Pick<VoterHistory, 'voterSets'>,
  records: readonly VotersTold[],
): VoterSet[] {
  const sets: VoterSet[] = []
  for (const { offset, ...told } of records) {
    const { kraftVersion, voters } = sets.at(-1) ?? currentVoters(node)
    sets.push({ kraftVersion, voters, ...told, offset })
  }
  return sets
}

/** What stood at this offset or behind it is not in the log any more. */
export function forgetVoters(node: VoterHistory, offset: bigint): void {
  const kept = node.voterSets.filter((each) => each.offset < offset)
  assert(kept.length > 0, 'the voters of a snapshot are never cut')
  node.voterSets = kept
  node.voters = currentVoters(node).voters
}

/** The whole log was replaced by a snapshot. */
export function restartVoters(node: VoterHistory, set: VoterSet): void {
  node.voterSets = [set]
  node.voters = set.voters
}

/** The set that a snapshot of everything below this offset has to tell. */
export function votersBelow(
  { voterSets }: Pick<VoterHistory, 'voterSets'>,
  offset: bigint,
): VoterSet {
  return voterSets.findLast((each) => each.offset < offset) ?? voterSets[0]!
}
