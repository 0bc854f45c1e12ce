/** A segment, or a snapshot of the metadata, batch by batch and record by record, whatever state it is in. */
import { int32At } from '../../base/bytes.ts'
import { BatchScan } from '../../log/batch-scan.ts'
import { offsetOf } from '../../log/names.ts'
import type { PooledFile } from '../../log/open-files.ts'
import { compressionNames } from '../../protocol/batch/compression/codecs.ts'
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import { isIntact } from '../../protocol/batch/integrity.ts'
import * as layout from '../../protocol/batch/layout.ts'
import { legacyHead, legacyMessages } from '../../protocol/batch/legacy.ts'
import { recordHeaders, recordKey, recordValue } from '../../protocol/batch/reader.ts'
import { incrementSequence, lastSequence } from '../../protocol/batch/sequence.ts'
import { illegalArgument, JavaError } from '../java/errors.ts'
import { controlEntry } from './control.ts'
import type { Decoder } from './decoders.ts'
import type { BatchEntry, Entry } from './entries.ts'
import { type Named, offsetInName } from './named.ts'

export type LogReading = {
  deep: boolean
  /** How key and value become text; null where they are not asked for. */
  decoder: Decoder | null
  bytesMax: number
}

const everything = 2 ** 31 - 1
/** Behind the last batch so many bytes are no batch yet. */
const restMax = 17
const batchLengthMin = 14

export function* logEntries(named: Named, reading: LogReading): Generator<Entry> {
  yield titleOf(named)
  const file = named.open()
  const fileSize = file.size()
  if (reading.bytesMax < 0) {
    throw illegalArgument(
      `Invalid size: ${reading.bytesMax} in read from FileRecords(size=${fileSize}, file=${named.file}, start=0, end=${everything})`,
    )
  }
  const end = Math.min(fileSize, reading.bytesMax)
  const scan = new BatchScan(file, { start: 0, end, whole: true, lenient: true })
  let previous = -1n
  let read = 0
  while (scan.next()) {
    const batch = batchEntry(scan)
    yield batch
    read = scan.position + scan.size
    if (!reading.deep) continue
    for (const record of recordEntries(scan, batch, reading.decoder)) {
      if (record.kind === 'record') {
        const { offset } = record
        if (offset !== previous + 1n) {
          yield { kind: 'fault', fault: 'gap', path: named.path, expected: previous, found: offset }
        }
        previous = offset
      }
      yield record
    }
  }
  ensureNoNonsense(file, { read, end, named })
  const bytes = fileSize - read
  if (bytes > 0 && reading.bytesMax === everything) {
    yield { kind: 'trailing', file: named.name, bytes }
  }
}

function titleOf(named: Named): Entry {
  const { name } = named
  if (name.endsWith('.log')) return { kind: 'segment', baseOffset: offsetInName(name) }
  if (name === 'bootstrap.checkpoint') return { kind: 'bootstrap-snapshot' }
  const [offset, epoch] = name.replace(/\.checkpoint$/, '').split('-')
  const endOffset = offsetOf(`${offset}.checkpoint`, '.checkpoint')
  if (endOffset === null || epoch === undefined || !/^\d{10}$/.test(epoch)) {
    throw illegalArgument(
      `${name} is no snapshot: its name would be an offset of 20 digits, "-", an epoch of 10 digits, ".checkpoint"`,
    )
  }
  return { kind: 'metadata-snapshot', endOffset, epoch: Number(epoch) }
}

/** Kafka's reader takes a rest for unfinished, but not one that says it is smaller than any batch. */
function ensureNoNonsense(file: PooledFile, { read, end, named }: Rest): void {
  if (end - read <= restMax) return
  const head = Buffer.alloc(layout.sizePrefix)
  file.read(head, read)
  const batchLength = int32At(head, layout.batchLengthAt)
  if (batchLength >= batchLengthMin) return
  throw new JavaError(
    'org.apache.kafka.common.errors.CorruptRecordException',
    `Found record size ${batchLength} smaller than minimum record overhead (${batchLengthMin}) in file ${named.file}.`,
  )
}

type Rest = { read: number; end: number; named: Named }

function batchEntry({ bytes, at, position, size }: BatchScan): BatchEntry {
  const magic = layout.magicOf(bytes, at)
  const isValid = isIntact(bytes, at)
  if (magic < 2) return legacyBatch({ bytes, at, position, size, magic, isValid })
  const baseSequence = layout.baseSequenceOf(bytes, at)
  return {
    ...{ kind: 'batch', position, size, magic, isValid },
    timestampType: layout.timestampTypeOf(bytes, at),
    maxTimestamp: layout.maxTimestampOf(bytes, at),
    compression: compressionName(layout.codecIdOf(bytes, at)),
    crc: layout.crcOf(bytes, at),
    lastOffset: layout.lastOffsetOf(bytes, at),
    header: {
      baseOffset: layout.baseOffsetOf(bytes, at),
      count: layout.countOf(bytes, at),
      baseSequence,
      lastSequence: lastSequence(baseSequence, layout.lastOffsetDeltaOf(bytes, at)),
      producerId: layout.producerIdOf(bytes, at),
      producerEpoch: layout.producerEpochOf(bytes, at),
      partitionLeaderEpoch: layout.leaderEpochOf(bytes, at),
      isTransactional: layout.isTransactional(bytes, at),
      isControl: layout.isControl(bytes, at),
      deleteHorizonMs: layout.deleteHorizonMsOf(bytes, at),
    },
  }
}

function compressionName(id: number): string {
  const name = compressionNames[id]
  if (name === undefined) throw illegalArgument(`Unknown compression type id: ${id}`)
  return name
}

type LegacyPlace = {
  bytes: Buffer
  at: number
  position: number
  size: number
  magic: number
  isValid: boolean
}

function legacyBatch({ bytes, at, position, size, magic, isValid }: LegacyPlace): BatchEntry {
  if (magic < 0) throw illegalArgument(`Invalid magic used in LegacyRecord: ${magic}`)
  const head = legacyHead(bytes, at)
  return {
    ...{ kind: 'batch', position, size, magic, isValid, header: null },
    lastOffset: layout.baseOffsetOf(bytes, at),
    timestampType: head.timestampType,
    maxTimestamp: head.timestamp,
    compression: compressionName(head.codecId),
    crc: head.crc,
  }
}

function* recordEntries(
  { bytes, at }: BatchScan,
  batch: BatchEntry,
  decoder: Decoder | null,
): Generator<Entry> {
  if (batch.header === null) return yield* legacyRecords(bytes, at, { batch, decoder })
  const { baseSequence, isControl } = batch.header
  const cursor = new RecordCursor().open(bytes, at)
  while (cursor.next()) {
    const [key, value] = [recordKey(cursor), recordValue(cursor)]
    const offset = cursor.offset()
    yield {
      kind: 'record',
      offset,
      timestampType: batch.timestampType,
      timestamp: cursor.timestamp(),
      keySize: key === null ? -1 : key.length,
      valueSize: value === null ? -1 : value.length,
      sequence: baseSequence < 0 ? -1 : incrementSequence(baseSequence, cursor.offsetDelta),
      headerKeys: cursor.headerCount === 0 ? none : recordHeaders(cursor).map(({ key }) => key),
      legacy: null,
      control: isControl ? controlEntry(key, value) : null,
      content: isControl || decoder === null ? null : decoder({ offset, key, value }),
    }
  }
}

const none: readonly string[] = []
const decompressedBytesMax = 256 * 1024 * 1024

function* legacyRecords(
  bytes: Uint8Array,
  at: number,
  { batch, decoder }: { batch: BatchEntry; decoder: Decoder | null },
): Generator<Entry> {
  const { messages, source, appendTime } = legacyMessages(bytes, at, decompressedBytesMax)
  const slice = (start: number, end: number) => (start < 0 ? null : source.subarray(start, end))
  for (const message of messages) {
    const key = slice(message.keyStart, message.keyEnd)
    const value = slice(message.valueStart, message.valueEnd)
    yield {
      kind: 'record',
      offset: message.offset,
      timestampType: batch.timestampType,
      timestamp: appendTime ?? message.timestamp,
      keySize: key === null ? -1 : key.length,
      valueSize: value === null ? -1 : value.length,
      sequence: null,
      headerKeys: none,
      legacy: {
        isValid: isIntact(source, message.at),
        crc: legacyHead(source, message.at).crc,
      },
      control: null,
      content: decoder === null ? null : decoder({ offset: message.offset, key, value }),
    }
  }
}
