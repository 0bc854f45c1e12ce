/**
 * What stands in the files of a partition, one thing after the other: what is read, and what does not fit together. `text.ts`
 * says it in Kafka's words, `json.ts` for programs.
 */
import type { AbortedTransaction } from '../../log/transaction-index.ts'
import type { ProducerEntries } from '../../protocol/records/files.ts'

export type TimestampName = 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'

export type BatchEntry = {
  kind: 'batch'
  position: number
  size: number
  magic: number
  timestampType: TimestampName
  maxTimestamp: bigint
  compression: string
  crc: number
  isValid: boolean
  lastOffset: bigint
  /** What only magic 2 has. */
  header: BatchHeader | null
}

export type BatchHeader = {
  baseOffset: bigint
  count: number
  baseSequence: number
  lastSequence: number
  producerId: bigint
  producerEpoch: number
  partitionLeaderEpoch: number
  isTransactional: boolean
  isControl: boolean
  deleteHorizonMs: bigint | null
}

export type RecordEntry = {
  kind: 'record'
  offset: bigint
  timestampType: TimestampName
  timestamp: bigint
  keySize: number
  valueSize: number
  /** Of magic 2. */
  sequence: number | null
  headerKeys: readonly string[]
  /** Of the older formats, where every message has a checksum of its own. */
  legacy: { isValid: boolean; crc: number } | null
  control: ControlEntry | null
  content: Content | null
}

export type ControlEntry =
  | { type: 'COMMIT' | 'ABORT'; coordinatorEpoch: number }
  | { type: string; message: Json }
  | { type: 'UNKNOWN'; id: number }

/** Text of JSON, which keeps the digits of an int64. */
export type Json = { json: string }
export type Part = string | Json
export type Content = { key: Part | null; payload: Part | null }

export type Entry =
  | { kind: 'file'; file: string }
  | { kind: 'ignored'; file: string }
  | { kind: 'segment'; baseOffset: bigint }
  | { kind: 'metadata-snapshot'; endOffset: bigint; epoch: number }
  | { kind: 'bootstrap-snapshot' }
  | BatchEntry
  | RecordEntry
  | { kind: 'trailing'; file: string; bytes: number }
  | { kind: 'index-entry'; offset: bigint; position: number }
  | { kind: 'time-index-entry'; timestamp: bigint; offset: bigint }
  | { kind: 'empty-index'; file: string }
  | { kind: 'sane-index'; file: string }
  | ({ kind: 'aborted-transaction' } & AbortedTransaction)
  | ({ kind: 'producer' } & ProducerEntries[number])
  | { kind: 'unreadable-snapshot'; reason: string }
  | Fault

/** Two numbers that should be the same, or follow each other. */
export type Fault = {
  kind: 'fault'
  fault: 'index-mismatch' | 'timestamp-mismatch' | 'timestamp-order' | 'offset-missing' | 'gap'
  /** The absolute path: Kafka tells these by it. */
  path: string
  expected: bigint
  found: bigint
}
