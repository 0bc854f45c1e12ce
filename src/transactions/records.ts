/** The records of `__transaction_state`: the whole content of a transactional id each time, or a tombstone. */
import {
  decodeKey,
  decodeVersioned,
  encodeKey,
  encodeVersioned,
} from '../protocol/records/framing.ts'
import { transactionRecords } from '../protocol/records/registry.ts'
import { transactionLogKey, transactionLogValue } from '../protocol/records/transaction.ts'
import { type Content, noEpoch, type Partitions, states } from './state.ts'

export interface TransactionRecord {
  readonly id: string
  readonly content: Content | null
}

/** Tagged fields are understood since transaction.version 1. */
export function encodeRecord(
  { id, content }: TransactionRecord,
  transactionVersion: number,
): { key: Uint8Array; value: Uint8Array | null } {
  const key = encodeKey(transactionLogKey, { transactionalId: id })
  const version = transactionVersion >= 1 ? 1 : 0
  return { key, value: content === null ? null : encodeContent(content, version) }
}

/** Null for what a newer Kafka writes. */
export function decodeRecord(key: Uint8Array, value: Uint8Array | null): TransactionRecord | null {
  const decoded = decodeKey(transactionRecords, key)
  if (decoded?.schema !== (transactionLogKey as unknown)) return null
  const id = (decoded!.value as { transactionalId: string }).transactionalId
  return { id, content: value === null ? null : decodeContent(value) }
}

function encodeContent(content: Content, version: number): Uint8Array {
  const { state, partitions } = content
  return encodeVersioned(transactionLogValue, version, {
    producerId: content.producerId,
    producerEpoch: content.producerEpoch,
    transactionTimeoutMs: content.timeoutMs,
    transactionStatus: states.indexOf(state),
    transactionPartitions:
      state === 'Empty'
        ? null
        : [...partitions].map(([topic, ids]) => ({ topic, partitionIds: [...ids] })),
    transactionLastUpdateTimestampMs: BigInt(content.updatedAt),
    transactionStartTimestampMs: BigInt(content.startedAt),
    ...(version >= 1 && {
      previousProducerId: content.previousProducerId,
      nextProducerId: content.nextProducerId,
      clientTransactionVersion: content.clientTransactionVersion,
    }),
  })
}

function decodeContent(bytes: Uint8Array): Content {
  const { value } = decodeVersioned(transactionLogValue, bytes)
  return {
    state: states[value.transactionStatus] ?? 'Dead',
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: noEpoch,
    timeoutMs: value.transactionTimeoutMs,
    partitions: partitionsOf(value.transactionPartitions ?? []),
    updatedAt: Number(value.transactionLastUpdateTimestampMs),
    startedAt: Number(value.transactionStartTimestampMs),
    clientTransactionVersion: value.clientTransactionVersion,
  }
}

function partitionsOf(topics: readonly { topic: string; partitionIds: number[] }[]): Partitions {
  return new Map(topics.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]))
}
