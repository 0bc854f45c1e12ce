/** Record batches of the metadata log: written from records, read back, and summed up for the raft core. */

import { decodeRecord, encodeRecord, type MetadataRecord } from '../../metadata/records.ts'
import { encodeBatch } from '../../protocol/batch/encode.ts'
import {
  baseOffsetOf,
  batches,
  isControl,
  lastOffsetOf,
  leaderEpochOf,
  maxTimestampOf,
  sizeOf,
} from '../../protocol/batch/layout.ts'
import { records as recordsOf } from '../../protocol/batch/reader.ts'
import {
  decodeControlKey,
  decodeControlValue,
  encodeControlRecord,
} from '../../protocol/records/control-batch.ts'
import type { Decoded } from '../../protocol/records/framing.ts'
import type { RecordSchema } from '../../protocol/schema.ts'
import type { EpochStart } from '../../raft/log-view.ts'
import type { Records, VotersTold } from '../../raft/messages.ts'
import { type Control, votersToldBy } from './voter-records.ts'

export interface BatchPlace {
  readonly baseOffset?: bigint
  readonly partitionLeaderEpoch?: number
}

export function metadataBatch(
  records: readonly MetadataRecord[],
  timestamp: number,
  place: BatchPlace = {},
): Uint8Array {
  const entries = records.map((each) => ({ key: null, value: encodeRecord(each) }))
  return encodeBatch({ ...place, baseTimestamp: BigInt(timestamp) }, entries)
}

export function controlBatch(
  controls: readonly Control[],
  timestamp: number,
  place: BatchPlace = {},
): Uint8Array {
  const entries = controls.map(({ schema, value }) => encodeControlRecord(schema, value))
  return encodeBatch({ ...place, control: true, baseTimestamp: BigInt(timestamp) }, entries)
}

export interface ReadBatch {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly epoch: number
  readonly timestamp: bigint
  readonly sizeBytes: number
  /** Empty for a control batch. */
  readonly records: MetadataRecord[]
  readonly control: Decoded<RecordSchema>[]
}

export function* readBatches(bytes: Uint8Array): Generator<ReadBatch> {
  for (const at of batches(bytes)) {
    const control = isControl(bytes, at)
    const entries = [...recordsOf(bytes, at)]
    const lastOffset = lastOffsetOf(bytes, at)
    yield {
      baseOffset: baseOffsetOf(bytes, at),
      lastOffset,
      epoch: leaderEpochOf(bytes, at),
      timestamp: maxTimestampOf(bytes, at),
      sizeBytes: sizeOf(bytes, at),
      records: control ? [] : entries.map(({ value }) => decodeRecord(value!)),
      control: control ? entries.flatMap(({ key, value }) => decodeControl(key!, value!)) : [],
    }
  }
}

function decodeControl(key: Uint8Array, value: Uint8Array): Decoded<RecordSchema>[] {
  const decoded = decodeControlValue(decodeControlKey(key), value)
  return decoded === undefined ? [] : [decoded]
}

/** What the core must know of batches; null for none. */
export function summed(bytes: Uint8Array): Records | null {
  const epochs: EpochStart[] = []
  const voterChanges: VotersTold[] = []
  let baseOffset: bigint | null = null
  let endOffset = -1n
  for (const at of batches(bytes)) {
    const startOffset = baseOffsetOf(bytes, at)
    const epoch = leaderEpochOf(bytes, at)
    baseOffset ??= startOffset
    endOffset = lastOffsetOf(bytes, at) + 1n
    if (epochs.at(-1)?.epoch !== epoch) epochs.push({ epoch, startOffset })
    if (isControl(bytes, at)) voterChanges.push(...votersToldIn(bytes, at))
  }
  return baseOffset === null ? null : { baseOffset, endOffset, epochs, voterChanges, bytes }
}

/** What the control batch that begins here says of the voters. */
export function votersToldIn(bytes: Uint8Array, at: number): VotersTold[] {
  return [...recordsOf(bytes, at)].flatMap(({ offset, key, value }) =>
    decodeControl(key!, value!).flatMap((decoded) => votersToldBy(decoded, offset) ?? []),
  )
}
