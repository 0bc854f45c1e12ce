/** One partition's part of a Fetch: epochs, bounds, records. */
import { type ErrorName, KafkaError } from '../protocol/errors.ts'
import type { Hosted } from './hosted.ts'
import type { Replicas } from './replicas.ts'

export interface Read {
  readonly topic: string
  readonly partition: number
  readonly fetchOffset: bigint
  readonly currentLeaderEpoch: number
  /** -1 where the client does not tell. */
  readonly lastFetchedEpoch: number
  readonly bytesMax: number
  readonly readCommitted: boolean
  /** The first batch comes whole even if it is larger than `bytesMax` (KIP-74). */
  readonly atLeastOneBatch: boolean
  /** A follower reads up to the log end. */
  readonly asFollower: boolean
  /** A limit on replication holds: nothing is read for a replica that is not in sync. */
  readonly isHeld: (hosted: Hosted) => boolean
  /** Followers of the partition answer as well as its leader. */
  readonly fromAny: boolean
  /** Who should answer instead of a leader; null: nobody. */
  readonly nearest: (hosted: Hosted) => number | null
  readonly room?: (size: number) => Buffer
}

export interface ReadOutcome {
  readonly error: ErrorName | 'NONE'
  readonly highWatermark: bigint
  readonly lastStableOffset: bigint
  readonly logStartOffset: bigint
  readonly records: Uint8Array
  readonly abortedTransactions: readonly { producerId: bigint; firstOffset: bigint }[] | null
  readonly divergingEpoch: { epoch: number; endOffset: bigint } | null
  readonly hosted: Hosted | null
  /** Nothing was read: this replica is nearer to who asks. */
  readonly preferredReadReplica: number | null
  /** Nothing was read, whatever there is. */
  readonly isHeld: boolean
}

const nothing = new Uint8Array(0)

export function read(replicas: Replicas, wanted: Read): ReadOutcome {
  const { topic, partition, currentLeaderEpoch, fromAny } = wanted
  const hosted = fromAny
    ? replicas.readable(topic, partition, currentLeaderEpoch)
    : replicas.leader(topic, partition, currentLeaderEpoch)
  if (typeof hosted === 'string') return failed(hosted, null)
  try {
    return readFrom(hosted, wanted)
  } catch (error) {
    // The disk failed under this one partition.
    if (error instanceof KafkaError) return failed(error.error, hosted)
    throw error
  }
}

function readFrom(hosted: Hosted, wanted: Read): ReadOutcome {
  const { log } = hosted
  const preferredReadReplica = hosted.leading ? wanted.nearest(hosted) : null
  const isHeld = wanted.isHeld(hosted)
  // Before anything is read: what follows may move them.
  const { highWatermark, lastStableOffset, logStartOffset } = log
  // Every field by its name, for this is done for every partition of every Fetch, and a spread costs more than all the rest.
  const outcome = (
    records: Uint8Array,
    divergingEpoch: ReadOutcome['divergingEpoch'],
    abortedTransactions: ReadOutcome['abortedTransactions'],
  ): ReadOutcome => ({
    error: 'NONE',
    highWatermark,
    lastStableOffset,
    logStartOffset,
    records,
    abortedTransactions,
    divergingEpoch,
    hosted,
    preferredReadReplica,
    isHeld,
  })
  if (preferredReadReplica !== null) return outcome(nothing, null, null)
  const diverging = divergence(hosted, wanted)
  if (diverging === 'unknown') return failed('OFFSET_OUT_OF_RANGE', hosted)
  if (diverging !== null) return outcome(nothing, diverging, null)
  const upTo = wanted.asFollower
    ? log.logEndOffset
    : wanted.readCommitted
      ? log.lastStableOffset
      : log.highWatermark
  if (wanted.fetchOffset < log.logStartOffset || wanted.fetchOffset > log.logEndOffset) {
    return failed('OFFSET_OUT_OF_RANGE', hosted)
  }
  const { bytesMax, atLeastOneBatch, room } = wanted
  const { bytes } =
    isHeld || wanted.fetchOffset >= upTo || (bytesMax <= 0 && !atLeastOneBatch)
      ? { bytes: nothing }
      : log.read(wanted.fetchOffset, { bytesMax, upTo, atLeastOneBatch, ...(room && { room }) })
  const aborted = wanted.readCommitted
    ? log.abortedTransactions(wanted.fetchOffset, bytes, upTo)
    : null
  return outcome(bytes, null, aborted)
}

/**
 * Where the log of the asker left ours (KIP-320, KIP-595): it must truncate there before it goes on. An epoch of which we
 * know nothing cannot be compared, which is no offset of this log either.
 */
function divergence(
  hosted: Hosted,
  wanted: Read,
): { epoch: number; endOffset: bigint } | 'unknown' | null {
  if (wanted.lastFetchedEpoch < 0) return null
  const { leaderEpoch, endOffset } = hosted.log.epochEndOffset(wanted.lastFetchedEpoch)
  if (leaderEpoch < 0 || endOffset < 0n) return 'unknown'
  if (leaderEpoch < wanted.lastFetchedEpoch || endOffset < wanted.fetchOffset) {
    return { epoch: leaderEpoch, endOffset }
  }
  return null
}

export function failed(error: ErrorName, hosted: Hosted | null): ReadOutcome {
  return {
    error,
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    records: nothing,
    abortedTransactions: null,
    divergingEpoch: null,
    hosted,
    preferredReadReplica: null,
    isHeld: false,
  }
}
