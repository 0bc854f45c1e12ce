/** Opens what a crash left, and holds it against what was promised. */

import { larger } from '../../../src/base/bigint.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { indexFault } from '../../../src/log/segment-indexes.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import type { SimDisk } from '../../sim/disk.ts'
import { append, readAll, recordText, world } from '../support.ts'
import { entriesOf } from './entries.ts'
import type { Crash } from './everywhere.ts'
import { type Entry, type Promise as Promised, stateOf } from './model.ts'
import { configOf } from './workload.ts'

/** Throws with what is wrong. */
export async function verify(
  disk: SimDisk,
  crash: Crash,
  promises: readonly Promised[],
): Promise<void> {
  const { logs } = await world(disk, { config: configOf })
  for (const promised of promises) {
    const { model, state } = promised
    const log = logs.get(model.topic, 0)
    const ours = log?.topicId === model.topicId ? log : undefined
    if (ours === undefined) {
      const needed = crash === 'kill' ? promised.acknowledged : promised.synced
      if (state === 'there' && needed > 0)
        throw new Error(`${model.topic} is lost (${needed}, ${log?.topicId})`)
      continue
    }
    if (state === 'gone' && crash === 'kill') throw new Error(`${model.topic} is back`)
    if (state === 'there') checkLog(ours, crash, promised)
  }
  // What is appended here was promised to nobody.
  disk.faults = {}
  await checkUsable(logs.all())
  await logs.close({ brokerEpoch: 1n })
}

function checkLog(log: PartitionLog, crash: Crash, promised: Promised): void {
  const { model, entries, asked, start } = promised
  const least = BigInt(crash === 'kill' ? promised.acknowledged : promised.synced)
  const end = log.logEndOffset
  if (end < least) throw new Error(`${log.name} ends at ${end}, but ${least} was promised`)
  if (end > BigInt(asked))
    throw new Error(`${log.name} ends at ${end}, and only ${asked} were sent`)
  // A power cut may take the first segments of what was never synced, and leave later ones.
  if (log.logStartOffset > start && (crash === 'kill' || start < least)) {
    throw new Error(
      `${log.name} begins at ${log.logStartOffset}, but from ${start} on was promised`,
    )
  }
  const from = larger(start, log.logStartOffset)
  const found = entriesOf(log, from)
  let last = -1n
  for (const { offset, text } of found) {
    const sent = entries[Number(offset)]
    if (offset <= last) throw new Error(`${log.name}: offset ${offset} comes after ${last}`)
    if (sent?.text !== text) {
      throw new Error(`${log.name}: ${text} at ${offset}, where ${sent?.text} was sent`)
    }
    last = offset
  }
  const expected = entries.slice(Number(from), Number(end))
  if (model.compacted && crash === 'power') checkSynced(log.name, found, promised)
  else if (model.compacted) checkState(log.name, found, expected)
  else if (found.length !== expected.length) {
    throw new Error(`${log.name}: ${found.length} records where ${expected.length} are due`)
  }
  if (!model.compacted && from === start && !model.beheaded) checkTransactions(log, promised)
}

function checkState(name: string, found: readonly Entry[], expected: readonly Entry[]): void {
  const [ours, theirs] = [stateOf(found), stateOf(expected)]
  const texts = [ours, theirs].map((state) =>
    [...state]
      .map((pair) => pair.join('='))
      .sort()
      .join(' '),
  )
  if (texts[0] !== texts[1]) throw new Error(`${name} says ${texts[0]} instead of ${texts[1]}`)
}

/**
 * A power cut may leave a hole in what was not synced, and in a compacted log nobody can tell it from what the cleaner left. Of
 * every key the last value that was synced is there, or a later one.
 */
function checkSynced(
  name: string,
  found: readonly Entry[],
  { entries, asked, synced }: Promised,
): void {
  const there = lastOfKeys(found)
  const sent = entries.slice(0, asked).filter(({ marker }) => !marker)
  const safe = sent.filter(({ offset }) => offset < BigInt(synced))
  for (const [key, { offset, text }] of lastOfKeys(safe)) {
    const last = there.get(key)
    if (last !== undefined && last.offset >= offset) continue
    const isRemoved = sent.some((each) => each.text === `${key}=` && each.offset >= offset)
    if (last !== undefined || !isRemoved) {
      throw new Error(`${name} says ${last?.text} for ${key}, but ${text} was synced`)
    }
  }
}

function lastOfKeys(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [entry.text.slice(0, entry.text.indexOf('=')), entry]))
}

/** What the producers' state says of transactions is what the records say. */
function checkTransactions(log: PartitionLog, { entries }: Promised): void {
  log.advanceHighWatermark(log.logEndOffset)
  let open: bigint | null = null
  const aborted: bigint[] = []
  for (const { offset, text, marker, transactional } of entries) {
    if (offset >= log.logEndOffset) break
    if (marker) {
      if (text === 'ABORT' && open !== null && offset >= log.logStartOffset) aborted.push(open)
      open = null
    } else if (transactional) open ??= offset
  }
  const stable = open ?? log.logEndOffset
  if (log.lastStableOffset !== stable) {
    throw new Error(`${log.name} is stable up to ${log.lastStableOffset} instead of ${stable}`)
  }
  const bytes = Buffer.concat(readAll(log))
  const found = log.abortedTransactions(log.logStartOffset, bytes, log.logEndOffset)
  const firsts = found.map(({ firstOffset }) => firstOffset).join()
  if (firsts !== aborted.join()) {
    throw new Error(`${log.name}: aborted from ${firsts} instead of ${aborted.join()}`)
  }
}

/** Reads from every offset find what a read of everything finds, and the log takes more. */
async function checkUsable(logs: Iterable<PartitionLog>): Promise<void> {
  for (const log of logs) {
    const upTo = log.logEndOffset
    const all = readAll(log)
    for (const bytes of all) {
      const offset = bytes.readBigInt64BE(0) + BigInt(bytes.readInt32BE(23))
      const found = log.read(offset, { bytesMax: 1, upTo, atLeastOneBatch: true })
      if (!bytes.equals(found.bytes)) throw new Error(`${log.name}: a read at ${offset} goes wrong`)
    }
    for (const segment of log.store.segments) {
      const fault = indexFault(segment)
      if (fault !== null) throw new Error(`${log.name}: ${fault}`)
    }
    append(log, 'key=more')
    const more = readAll(log, upTo).map((bytes) => entryTexts(bytes))
    if (more.join() !== `${upTo} key=more`) throw new Error(`${log.name}: after ${upTo} ${more}`)
  }
}

const entryTexts = (bytes: Buffer) => [...records(bytes)].map(recordText).join()
