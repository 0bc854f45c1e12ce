/**
 * How a replica moves to another log directory of its broker (KIP-113, KIP-858): a copy is made there beside it; when that has
 * all of it, the controller is told where the replica will lie; when the controller has it, the copy takes its place.
 *
 *   copying ──level──▶ told ──the metadata say so, and level──▶ replaced
 *
 * Law: the copy takes the place of a log only while it has all of it.
 */
import { smaller } from '../base/bigint.ts'

export type MovePhase = 'copying' | 'told'

export interface MoveView {
  readonly phase: MovePhase
  /** Where the copy ends. */
  readonly copyEnd: bigint
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
  /** The metadata say that the replica lies in the new directory, or do not say such things at all. */
  readonly isKnown: boolean
  /** What was not copied yet may be going away. */
  readonly isCompacting: boolean
}

export type MoveStep = 'restart' | 'copy' | 'tell' | 'wait' | 'replace'

export function nextMoveStep(view: MoveView): MoveStep {
  const { phase, copyEnd, logStartOffset, logEndOffset, isKnown, isCompacting } = view
  if (isCompacting) return 'wait'
  if (copyEnd < logStartOffset) return 'restart'
  if (copyEnd < logEndOffset) return 'copy'
  if (isKnown) return 'replace'
  return phase === 'copying' ? 'tell' : 'wait'
}

/** What is known of where the leader epochs of a log end; −1 and −1 where nothing is. */
export interface EpochHistory {
  readonly logEndOffset: bigint
  readonly latestEpoch: number
  readonly endOfEpoch: (leaderEpoch: number) => { leaderEpoch: number; endOffset: bigint }
}

/** How far a copy that was left goes together with the log that it was made of (KIP-101, KIP-279): what follows must go. */
export function commonEnd(copy: EpochHistory, log: EpochHistory): bigint {
  const shorter = smaller(copy.logEndOffset, log.logEndOffset)
  let epoch = copy.latestEpoch
  while (epoch >= 0) {
    const theirs = endIn(log, epoch)
    if (theirs.endOffset < 0n) return 0n
    if (theirs.leaderEpoch === epoch) return smaller(shorter, theirs.endOffset)
    const ours = endIn(copy, theirs.leaderEpoch)
    if (ours.endOffset < 0n) return 0n
    if (ours.leaderEpoch === theirs.leaderEpoch) {
      return smaller(shorter, smaller(ours.endOffset, theirs.endOffset))
    }
    epoch = ours.leaderEpoch
  }
  return shorter
}

/** An epoch that is newer than all of the log begins where the log ends. */
function endIn({ latestEpoch, logEndOffset, endOfEpoch }: EpochHistory, epoch: number) {
  return epoch > latestEpoch
    ? { leaderEpoch: latestEpoch, endOffset: logEndOffset }
    : endOfEpoch(epoch)
}
