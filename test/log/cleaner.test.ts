/** The cleaner at its limits: a map of keys that is too small, a throttle, and a log that is compacted and deleted. */
import { expect, test } from 'vitest'
import type { LogConfig } from '../../src/log/log-config.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { SimDisk } from '../sim/disk.ts'
import {
  append,
  contents,
  defaults,
  listeningLogger,
  topicId,
  type World,
  type WorldOptions,
  world,
} from './support.ts'

const config: LogConfig = {
  ...defaults,
  segmentBytes: 20_000,
  cleanupPolicies: ['compact'],
  dirtyRatioMin: 0.01,
}
/** The smallest map that there is: 768 keys. */
const smallMap = { 'log.cleaner.dedupe.buffer.size': '1024' }

interface Cleaning extends World {
  readonly log: PartitionLog
  readonly lines: string[]
  readonly later: (ms: number) => Promise<void>
  /** Lets time go by, a little at a time, until something of the kind is said. */
  readonly until: (said: RegExp, times?: number) => Promise<void>
}

async function cleaning(
  properties: WorldOptions['properties'],
  topic: LogConfig = config,
): Promise<Cleaning> {
  const logger = listeningLogger()
  const opened = await world(new SimDisk(), {
    properties: { 'log.cleaner.backoff.ms': '1000', ...properties },
    config: () => topic,
    logger,
  })
  const { lines } = logger
  const later = async (ms: number) => {
    opened.clock.advance(ms)
    for (let turn = 0; turn < 5; turn++) await null
  }
  const until = async (said: RegExp, times = 1) => {
    for (let i = 0; i < 100_000; i++) {
      if (lines.filter((line) => said.test(line)).length >= times) return
      await later(10)
    }
    throw new Error(`never said ${said}, but ${lines.join('\n')}`)
  }
  return { ...opened, log: opened.logs.create('t', 0, topicId, topic), lines, until, later }
}

/** Batches of 50 records, each with the next of so many keys; their values tell their offsets. */
function fill(log: PartitionLog, { keys, count }: { keys: number; count: number }): void {
  for (let sent = 0; sent < count; sent += 50) {
    const offsets = Array.from({ length: 50 }, (_, i) => Number(log.logEndOffset) + i)
    append(log, { records: offsets.map((offset) => `k${offset % keys}=${offset}`) })
  }
  log.advanceHighWatermark(log.logEndOffset)
}

/** Of what lies before the active segment the last record of every key, and the rest as it is. */
function compacted(log: PartitionLog, keys: number): string[] {
  const end = Number(log.store.segments.active.baseOffset)
  const offsets = Array.from({ length: Number(log.logEndOffset) }, (_, offset) => offset)
  return offsets
    .filter((offset) => offset >= end || offset + keys >= end)
    .map((offset) => `${offset} k${offset % keys}=${offset}`)
}

test('where the keys do not fit into the map, it takes several rounds to the same end', async () => {
  const { log, until, lines } = await cleaning(smallMap)
  fill(log, { keys: 2000, count: 6000 })
  const end = log.store.segments.active.baseOffset
  // Each takes 768 of the keys.
  const rounds = Math.ceil(Number(end) / 768)
  expect(rounds).toBeGreaterThan(5)
  await until(/compacted t-0 up to/, rounds)
  expect(lines.at(-1)).toContain(`up to offset ${end}`)
  expect(contents(log)).toEqual(compacted(log, 2000))
})

test('a round takes what the map has room for, and the next one goes on there', async () => {
  const { log, disk, logs, until, lines } = await cleaning(smallMap)
  fill(log, { keys: 2000, count: 3000 })
  await until(/compacted t-0 up to/)
  const [, upTo] = /up to offset (\d+)/.exec(lines.at(-1)!)!
  // Whole batches of 50.
  expect(upTo).toBe('750')
  expect(Buffer.from(disk.readFile('/data/cleaner-offset-checkpoint')).toString()).toBe(
    '0\n1\nt 0 750\n',
  )
  await until(/compacted t-0 up to/, 2)
  expect(/up to offset (\d+)/.exec(lines.at(-1)!)![1]).toBe('1500')
  await logs.close({ brokerEpoch: 1n })
})

test('a single batch with more keys than the map takes: said once, left as it is, and no other log waits', async () => {
  const { logs, log, until, later, lines } = await cleaning(smallMap)
  const keys = Array.from({ length: 800 }, (_, i) => `k${i}=${i}`)
  for (let i = 0; i < 4; i++) append(log, { records: keys })
  log.advanceHighWatermark(log.logEndOffset)
  const other = logs.create('u', 0, topicId, config)
  fill(other, { keys: 10, count: 3000 })
  const before = contents(log)
  await until(/compacted u-0/)
  // It is not tried again.
  for (let i = 0; i < 100; i++) await later(100)
  const errors = lines.filter((line) => line.startsWith('error'))
  expect(errors).toHaveLength(1)
  expect(errors[0]).toContain(
    'cannot compact t-0: a single batch has more keys than log.cleaner.dedupe.buffer.size has room for',
  )
  expect(contents(log)).toEqual(before)
  expect(contents(other)).toEqual(compacted(other, 10))
})

test('it reads and writes no more than log.cleaner.io.max.bytes.per.second', async () => {
  const bytesPerSecond = 10_000
  const { log, until, lines } = await cleaning({
    'log.cleaner.io.max.bytes.per.second': String(bytesPerSecond),
  })
  fill(log, { keys: 500, count: 10_000 })
  let dirtyBytes = 0
  for (const segment of log.store.segments) dirtyBytes += segment.size
  dirtyBytes -= log.store.segments.active.size
  await until(/compacted t-0/)
  const { bytesBefore, bytesAfter, ms } = JSON.parse(/\{.*\}/.exec(lines.at(-1)!)![0])
  expect(bytesBefore).toBe(dirtyBytes)
  // For the map it is read once, and once more to be written anew. What it does last it does not wait for.
  const dueMs = ((2 * bytesBefore + bytesAfter) / bytesPerSecond) * 1000
  const lastMs = ((config.segmentBytes * 2) / bytesPerSecond) * 1000
  expect(ms).toBeGreaterThan(dueMs - lastMs)
  expect(ms).toBeLessThan(dueMs + 100)
})

test('compact,delete: what is too old goes with its segment, and of the rest the last of each key stays', async () => {
  const both: LogConfig = {
    ...config,
    cleanupPolicies: ['compact', 'delete'],
    retentionMs: 3_600_000,
    segmentBytes: 4000,
  }
  const { log, logs, clock, until } = await cleaning({}, both)
  const at = clock.now()
  const sent: string[] = []
  const send = (key: string, time: number) => {
    const offset = log.logEndOffset
    append(log, { records: [`${key}=${offset}`], at: time })
    sent.push(`${offset} ${key}=${offset}`)
  }
  for (let i = 0; i < 200; i++) send(`old${i % 5}`, at - 7_200_000)
  for (let i = 0; i < 200; i++) send(`new${i % 5}`, at)
  log.advanceHighWatermark(log.logEndOffset)
  await until(/compacted t-0/)
  // Compaction keeps the last of an old key, however old it is.
  expect(contents(log).filter((text) => text.includes(' old'))).toEqual(sent.slice(195, 200))
  logs.applyRetention()
  const left = contents(log)
  const start = Number(log.logStartOffset)
  expect(start).toBeGreaterThan(0)
  // A segment goes as a whole: records that are too old may share one with newer ones.
  const bases = [...log.store.segments].map(({ baseOffset }) => Number(baseOffset))
  expect(bases[0]).toBe(start)
  expect(left.every((text) => Number(text.split(' ')[0]) >= start)).toBe(true)
  expect(left.slice(-5)).toEqual(sent.slice(395))
  // The cleaner goes on behind the new start.
  for (let i = 0; i < 200; i++) send(`new${i % 5}`, at)
  log.advanceHighWatermark(log.logEndOffset)
  await until(/compacted t-0/, 2)
  const end = Number(log.store.segments.active.baseOffset)
  expect(
    contents(log).filter(
      (text) => Number(text.split(' ')[0]) >= 400 && Number(text.split(' ')[0]) < end,
    ),
  ).toEqual(sent.slice(end - 5, end))
})
