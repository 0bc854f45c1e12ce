/** How much of a log is read: by a start, clean or not, and by a look for a time. Counted at the disk. */
import { expect, test } from 'vitest'
import type { File } from '../../src/host/disk.ts'
import type { LogConfig } from '../../src/log/log-config.ts'
import { offsetName, offsetOf } from '../../src/log/names.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, defaults, topicId, world } from './support.ts'

/** Counts what is read, by file. */
class ReadingDisk extends SimDisk {
  readonly bytes = new Map<string, number>()
  reads = 0

  override open(...args: Parameters<SimDisk['open']>): File {
    const [path] = args
    const file = super.open(...args)
    const read = file.read.bind(file)
    file.read = (into, position) => {
      const size = read(into, position)
      this.reads++
      this.bytes.set(path, (this.bytes.get(path) ?? 0) + size)
      return size
    }
    return file
  }

  /** Of the logs of segments, by their base offset. */
  logs(): Map<number, number> {
    const found = new Map<number, number>()
    for (const [path, bytes] of this.bytes) {
      const base = offsetOf(path.slice(path.lastIndexOf('/') + 1), '.log')
      if (base !== null) found.set(Number(base), bytes)
    }
    return found
  }

  total(): number {
    return [...this.bytes.values()].reduce((sum, each) => sum + each, 0)
  }
}

const value = 'v'.repeat(1000)
const config: LogConfig = { ...defaults, segmentBytes: 100_000 }
const start = 1_800_000_000_000
/** What is read at once by who only looks for the next batch, and by who looks into an index. */
const chunkBytes = 8192
const windowBytes = 4096

function fill(log: PartitionLog, { count, batch = 1 }: { count: number; batch?: number }): void {
  for (let sent = 0; sent < count; sent += batch) {
    const records = Array.from({ length: batch }, () => `k=${value}`)
    append(log, { records, at: start + Number(log.logEndOffset) })
  }
  log.advanceHighWatermark(log.logEndOffset)
}

test('a recovery reads nothing below the recovery point, but for the end of the segment before', async () => {
  const { disk, logs, clock } = await world(new SimDisk(), { config: () => config })
  const log = logs.create('t', 0, topicId, config)
  fill(log, { count: 1000 })
  await log.flush()
  const { recoveryPoint } = log
  clock.advance(60_000)
  fill(log, { count: 250 })
  const sizes = new Map([...log.store.segments].map((each) => [Number(each.baseOffset), each.size]))
  const bases = [...sizes.keys()]
  const first = bases.findLast((base) => base <= recoveryPoint)!
  expect(recoveryPoint).toBeGreaterThan(900n)
  expect(bases.indexOf(first)).toBeGreaterThan(5)
  expect(bases.length - bases.indexOf(first)).toBeGreaterThan(2)

  const killed = new ReadingDisk(disk.afterKill().root)
  const { logs: again } = await world(killed, { config: () => config })
  expect(again.get('t', 0)!.logEndOffset).toBe(1250n)
  const read = killed.logs()
  const before = bases[bases.indexOf(first) - 1]!
  expect([...read.keys()].filter((base) => base < before)).toEqual([])
  expect(read.get(before)).toBeLessThanOrEqual(2 * chunkBytes)
  // What lies behind it is read once.
  for (const base of bases.filter((each) => each >= first)) {
    expect(read.get(base)).toBe(sizes.get(base))
  }
})

test('a start after a clean stop reads so much of each segment, however large it is', async () => {
  const totals: number[] = []
  for (const segmentBytes of [50_000, 1_000_000]) {
    const large = { ...config, segmentBytes }
    const { disk, logs } = await world(new SimDisk(), { config: () => large })
    const log = logs.create('t', 0, topicId, large)
    while (log.store.segments.count < 4) fill(log, { count: 40 })
    await logs.close({ brokerEpoch: 1n })
    const stopped = new ReadingDisk(disk.afterKill().root)
    const { logs: again } = await world(stopped, { config: () => large })
    expect(again.get('t', 0)!.logEndOffset).toBe(log.logEndOffset)
    for (const bytes of stopped.logs().values()) expect(bytes).toBeLessThanOrEqual(2 * chunkBytes)
    totals.push(stopped.total())
  }
  // The last entries of both indexes, and what lies behind them.
  expect(totals[0]).toBeLessThanOrEqual(4 * (2 * chunkBytes + 4 * windowBytes))
  expect(totals[1]).toBeLessThanOrEqual(4 * (2 * chunkBytes + 4 * windowBytes))
})

test('a look for a time halves the time index: a hundred times the entries cost seven reads more', async () => {
  const cost = async (count: number) => {
    // An entry for every batch.
    const dense = { ...config, segmentBytes: 1 << 30, indexIntervalBytes: 1 }
    const { disk, logs } = await world(new SimDisk(), { config: () => dense })
    const log = logs.create('t', 0, topicId, dense)
    for (let i = 0; i < count; i++) append(log, { records: ['k=v'], at: start + i })
    log.advanceHighWatermark(log.logEndOffset)
    log.roll()
    append(log, { records: ['k=v'], at: start + count })
    await logs.close({ brokerEpoch: 1n })
    const stopped = new ReadingDisk(disk.afterKill().root)
    const { logs: again } = await world(stopped, { config: () => dense })
    const opened = again.get('t', 0)!
    const time = Math.floor(count / 3)
    stopped.reads = 0
    stopped.bytes.clear()
    expect(opened.offsetForTimestamp(BigInt(start + time))?.offset).toBe(BigInt(time))
    expect(stopped.bytes.get(`/data/t-0/${offsetName(0n)}.log`)).toBeLessThanOrEqual(2 * chunkBytes)
    return stopped.reads
  }
  const few = await cost(500)
  expect(await cost(50_000)).toBeLessThanOrEqual(few + 2 * 7)
})

test('high watermarks stand in replication-offset-checkpoint within its interval', async () => {
  const properties = { 'replica.high.watermark.checkpoint.interval.ms': '5000' }
  const { disk, logs, clock } = await world(new SimDisk(), { properties, config: () => config })
  const path = '/data/replication-offset-checkpoint'
  const said = () => (disk.stat(path) === null ? null : Buffer.from(disk.readFile(path)).toString())
  const [log, other] = [0, 1].map((partition) => logs.create('t', partition, topicId, config))
  fill(log!, { count: 3 })
  append(other!, 'k=not yet replicated')
  clock.advance(4999)
  expect(said()).toBeNull()
  clock.advance(1)
  expect(said()).toBe('0\n2\nt 0 3\nt 1 0\n')
  other!.advanceHighWatermark(1n)
  clock.advance(5000)
  expect(said()).toBe('0\n2\nt 0 3\nt 1 1\n')
  // And it is what counts after a kill, even where more has been appended.
  append(log!, 'k=more')
  const { logs: again } = await world(disk.afterKill(), { config: () => config })
  expect([again.get('t', 0)!.highWatermark, again.get('t', 0)!.logEndOffset]).toEqual([3n, 4n])
})
