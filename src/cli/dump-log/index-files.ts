/** The two indexes of a segment: what they say, and whether the log says the same. */
import { BatchScan } from '../../log/batch-scan.ts'
import type { EntryFile } from '../../log/entry-file.ts'
import { OffsetIndex } from '../../log/offset-index.ts'
import type { OpenFiles, PooledFile } from '../../log/open-files.ts'
import { TimeIndex } from '../../log/time-index.ts'
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import { baseOffsetOf, lastOffsetOf, magicOf } from '../../protocol/batch/layout.ts'
import { illegalArgument, JavaError } from '../java/errors.ts'
import type { Entry, Fault } from './entries.ts'
import { type Named, noSuchFile, offsetInName } from './named.ts'

export type IndexReading = {
  files: OpenFiles
  /** Only what a broker looks at when it starts. */
  sanityOnly: boolean
  /** Only what differs. */
  verifyOnly: boolean
  messageSizeMax: number
}

export function* offsetIndexEntries(named: Named, reading: IndexReading): Generator<Entry> {
  const { log, baseOffset } = logOf(named)
  named.open()
  const index = new OffsetIndex(reading.files, named.path, { fresh: false })
  if (index.count === 0) return yield { kind: 'empty-index', file: named.file }
  if (reading.sanityOnly) {
    ensureOffsetsSane(index, { path: named.path, baseOffset })
    return yield { kind: 'sane-index', file: named.file }
  }
  for (let i = 0; i < index.count; i++) {
    const delta = index.offset(i)
    // After a crash the room that was kept for entries to come is there, filled with zeros.
    if (delta === 0 && i > 0) return
    const offset = baseOffset + BigInt(delta)
    const position = index.position(i)
    const found = lastOffsetAt(log, { position, sizeMax: reading.messageSizeMax })
    if (found !== offset) {
      yield { kind: 'fault', fault: 'index-mismatch', path: named.path, expected: offset, found }
    }
    if (!reading.verifyOnly) yield { kind: 'index-entry', offset, position }
  }
}

export function* timeIndexEntries(named: Named, reading: IndexReading): Generator<Entry> {
  const { log, baseOffset } = logOf(named)
  named.open()
  const index = new TimeIndex(reading.files, named.path, { fresh: false })
  const offsets = new OffsetIndex(reading.files, named.sibling('.index').path, { fresh: false })
  if (reading.sanityOnly) {
    ensureTimesSane(index, named.path)
    return yield { kind: 'sane-index', file: named.file }
  }
  let previous = -1n
  for (let i = 0; i < index.count; i++) {
    const delta = index.offset(i)
    if (delta === 0 && i > 0) return
    const entry = { timestamp: index.timestamp(i), offset: baseOffset + BigInt(delta) }
    const start = offsets.count === 0 ? 0 : offsets.lookup(delta)
    yield* timeFaults(log, { ...entry, start, previous, path: named.path })
    if (!reading.verifyOnly) yield { kind: 'time-index-entry', ...entry }
    previous = entry.timestamp
  }
}

type TimeEntry = {
  timestamp: bigint
  offset: bigint
  start: number
  previous: bigint
  path: string
}

function* timeFaults(log: PooledFile, entry: TimeEntry): Generator<Fault> {
  const { timestamp, offset, previous, path } = entry
  const batch = batchWith(log, entry)
  if (batch === null || batch.lastOffset !== offset) {
    const found = batch?.lastOffset ?? -1n
    return yield { kind: 'fault', fault: 'offset-missing', path, expected: offset, found }
  }
  if (batch.maxTimestamp !== timestamp) {
    const found = batch.maxTimestamp
    yield { kind: 'fault', fault: 'timestamp-mismatch', path, expected: timestamp, found }
  }
  if (previous >= timestamp) {
    yield { kind: 'fault', fault: 'timestamp-order', path, expected: timestamp, found: previous }
  }
}

/** The first batch from `start` on that reaches the offset, with the largest time of its records. */
function batchWith(log: PooledFile, { offset, start }: { offset: bigint; start: number }) {
  const scan = scanFrom(log, { start, end: log.size(), chunkBytes: chunkBytes })
  while (scan.next()) {
    const lastOffset = lastOffsetIn(scan)
    if (lastOffset < offset) continue
    scan.load()
    const cursor = new RecordCursor().open(scan.bytes, scan.at)
    let maxTimestamp = -1n
    while (cursor.next()) {
      const timestamp = cursor.timestamp()
      if (timestamp > maxTimestamp) maxTimestamp = timestamp
    }
    return { lastOffset, maxTimestamp }
  }
  return null
}

function lastOffsetAt(log: PooledFile, at: { position: number; sizeMax: number }): bigint {
  const end = Math.min(log.size(), at.position + at.sizeMax)
  const scan = scanFrom(log, { start: at.position, end, chunkBytes: headBytes })
  if (!scan.next()) {
    throw new JavaError('java.util.NoSuchElementException', null)
  }
  return lastOffsetIn(scan)
}

const headBytes = 64
const chunkBytes = 64 * 1024

function scanFrom(
  log: PooledFile,
  { start, ...range }: { start: number; end: number; chunkBytes: number },
): BatchScan {
  const size = log.size()
  const whole = `FileRecords(size=${size}, file=${log.path}, start=0, end=2147483647)`
  if (start < 0) throw illegalArgument(`Invalid position: ${start} in read from ${whole}`)
  if (start > size) {
    throw illegalArgument(`Slice from position ${start} exceeds end position of ${whole}`)
  }
  return new BatchScan(log, { start, ...range, whole: false, lenient: true })
}

function lastOffsetIn({ bytes, at }: BatchScan): bigint {
  return magicOf(bytes, at) < 2 ? baseOffsetOf(bytes, at) : lastOffsetOf(bytes, at)
}

function logOf(named: Named): { log: PooledFile; baseOffset: bigint } {
  const baseOffset = offsetInName(named.name)
  const log = named.sibling('.log')
  if (!log.exists) throw noSuchFile(log.path)
  return { log: log.open(), baseOffset }
}

/** A broker builds an offset index anew if its last entry lies before the segment. */
function ensureOffsetsSane(
  index: OffsetIndex,
  { path, baseOffset }: { path: string; baseOffset: bigint },
): void {
  const last = index.offset(index.count - 1)
  if (last < 0) {
    throw corruptIndex(
      `Corrupt index found, index file (${path}) has non-zero size but the last offset is ${baseOffset + BigInt(last)} which is less than the base offset ${baseOffset}.`,
    )
  }
  ensureWhole(index.entries, 'Index file')
}

function ensureWhole({ torn, file, entrySize }: EntryFile, what: string): void {
  if (!torn) return
  throw corruptIndex(
    `${what} ${file.path} is corrupt, found ${file.size()} bytes which is neither positive nor a multiple of ${entrySize}`,
  )
}

function ensureTimesSane(index: TimeIndex, path: string): void {
  const { count } = index
  ensureWhole(index.entries, 'Time index file')
  if (count === 0) return
  const [first, last] = [index.timestamp(0), index.timestamp(count - 1)]
  if (last < first) {
    throw corruptIndex(
      `Corrupt time index found, time index file (${path}) has non-zero size but the last timestamp is ${last} which is less than the first timestamp ${first}`,
    )
  }
  if (index.offset(count - 1) < 0) {
    throw corruptIndex(
      `Corrupt time index found, time index file (${path}) has non-zero size but its last offset lies before the segment`,
    )
  }
}

function corruptIndex(message: string): JavaError {
  return new JavaError('org.apache.kafka.storage.internals.log.CorruptIndexException', message)
}
