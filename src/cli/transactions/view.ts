/** Kafka's tables of transactions. */
import type {
  ActiveProducer,
  TransactionDescription,
  TransactionListing,
} from '../../client/admin/transactions.ts'
import type { TopicPartition } from '../../client/topic-partition.ts'
import { prettyTable } from '../metadata-quorum/view.ts'
import type { Shown } from '../output/show.ts'

export type Hanging = ActiveProducer & TopicPartition

const none = 'None'
const minuteMs = 60_000

const shown = (json: () => unknown, head: string[], rows: string[][], none?: string): Shown => ({
  json,
  ...(none === undefined ? {} : { none }),
  plain: () => prettyTable([head, ...rows]),
  table: () => ({ head, rows, aligns: head.map(() => 'left') }),
})

export function shownListings(found: readonly TransactionListing[]): Shown {
  const rows = found.map(({ transactionalId, coordinator, producerId, state }) => [
    transactionalId,
    String(coordinator),
    String(producerId),
    state,
  ])
  return shown(
    () => found,
    ['TransactionalId', 'Coordinator', 'ProducerId', 'TransactionState'],
    rows,
    'There are no such transactions.\n',
  )
}

export function shownDescription(found: TransactionDescription, now: number): Shown {
  const { startTimeMs: start } = found
  const head = [
    'CoordinatorId',
    'TransactionalId',
    'ProducerId',
    'ProducerEpoch',
    'TransactionState',
    'TransactionTimeoutMs',
    'CurrentTransactionStartTimeMs',
    'TransactionDurationMs',
    'TopicPartitions',
  ]
  const row = [
    String(found.coordinatorId),
    found.transactionalId,
    String(found.producerId),
    String(found.producerEpoch),
    found.state,
    String(found.timeoutMs),
    start === null ? none : String(start),
    start === null ? none : String(now - start),
    found.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(','),
  ]
  return shown(() => found, head, [row])
}

export function shownProducers(found: readonly ActiveProducer[]): Shown {
  const head = [
    'ProducerId',
    'ProducerEpoch',
    'LatestCoordinatorEpoch',
    'LastSequence',
    'LastTimestamp',
    'CurrentTransactionStartOffset',
  ]
  const rows = found.map((each) => [
    String(each.producerId),
    String(each.producerEpoch),
    String(each.coordinatorEpoch),
    String(each.lastSequence),
    String(each.lastTimestamp),
    each.currentTxnStartOffset < 0n ? none : String(each.currentTxnStartOffset),
  ])
  return shown(() => found, head, rows, 'No producer with an id has written there lately.\n')
}

export function shownHanging(found: readonly Hanging[], now: number): Shown {
  const head = [
    'Topic',
    'Partition',
    'ProducerId',
    'ProducerEpoch',
    'CoordinatorEpoch',
    'StartOffset',
    'LastTimestamp',
    'Duration(min)',
  ]
  const rows = found.map((each) => [
    each.topic,
    String(each.partition),
    String(each.producerId),
    String(each.producerEpoch),
    String(each.coordinatorEpoch),
    String(each.currentTxnStartOffset),
    String(each.lastTimestamp),
    String(Math.floor((now - Number(each.lastTimestamp)) / minuteMs)),
  ])
  return shown(() => found, head, rows, 'No transaction hangs.\n')
}
