/** A marker in one partition that this broker leads: the end of a transaction, for all who read there. */
import { encodeBatch } from '../../protocol/batch/encode.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import { endTxnRecord } from '../../protocol/records/control-batch.ts'
import type { Broker } from '../broker.ts'
import type { WrittenMarker } from '../groups/shard.ts'
import { offsetsTopic } from '../internal-topics.ts'
import type { TopicPartition } from '../replicas.ts'

export interface Marker {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly commit: boolean
  readonly coordinatorEpoch: number
  readonly transactionVersion: number
}

/** How long replicas may take; who asks asks again. */
const timeoutMs = 30_000

export type MarkerWriter = Pick<Broker, 'replicas' | 'clock' | 'groups' | 'transactions'>

/** Once it is in every in-sync replica. */
export async function writeMarker(
  broker: MarkerWriter,
  marker: Marker,
  at: TopicPartition,
): Promise<ErrorName> {
  const { producerId, commit } = marker
  // Whoever was about to append to the transaction that ends here is too late.
  broker.transactions.verification.ended(at, marker)
  const write = () => append(broker, marker, at)
  if (at.topic !== offsetsTopic) return write().error
  return broker.groups.endTransaction(at.partition, { producerId, committed: commit }, write)
}

function append(
  { replicas, clock }: MarkerWriter,
  marker: Marker,
  at: TopicPartition,
): WrittenMarker {
  const { transactionVersion } = marker
  const batch = markerBatch(marker, clock.now())
  const outcome = replicas.append(at, batch, {
    acks: -1,
    origin: 'coordinator',
    transactionVersion,
  })
  if (!outcome.ok) return { isAppended: false, error: outcome.error }
  const end = outcome.appended.lastOffset + 1n
  return { isAppended: true, error: replicas.safe(outcome.hosted, end, timeoutMs) }
}

function markerBatch(marker: Marker, now: number): Uint8Array {
  const { producerId, producerEpoch, commit, coordinatorEpoch } = marker
  const baseTimestamp = BigInt(now)
  return encodeBatch(
    { producerId, producerEpoch, baseTimestamp, transactional: true, control: true },
    [endTxnRecord(commit ? 'COMMIT' : 'ABORT', coordinatorEpoch)],
  )
}
