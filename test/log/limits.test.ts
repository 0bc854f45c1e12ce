/** What does not grow with the log: descriptors, flushes, the steps of a lookup. */
import { expect, test } from 'vitest'
import type { File } from '../../src/host/disk.ts'
import type { LogConfig } from '../../src/log/log-config.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, defaults, readAll, topicId, world } from './support.ts'

/** Counts what is open. */
class CountingDisk extends SimDisk {
  openNow = 0
  openMax = 0

  override open(...args: Parameters<SimDisk['open']>): File {
    const file = super.open(...args)
    this.openNow++
    this.openMax = Math.max(this.openMax, this.openNow)
    const close = file.close.bind(file)
    file.close = () => {
      this.openNow--
      close()
    }
    return file
  }
}

const small: LogConfig = { ...defaults, segmentBytes: 200, indexIntervalBytes: 60 }

test('however many segments are read, a bounded number of files is open', async () => {
  const disk = new CountingDisk()
  const { logs } = await world(disk, { openFilesMax: 10 })
  const partitions = Array.from({ length: 8 }, (_, i) => logs.create('t', i, topicId, small))
  for (const log of partitions) for (let i = 0; i < 40; i++) append(log, `k=${i}`)
  for (const log of partitions) expect(log.store.segments.count).toBeGreaterThan(10)
  // What is being synced has to stay open.
  for (const log of partitions) await log.flush()
  disk.openMax = 0
  for (const log of partitions) expect(readAll(log)).toHaveLength(40)
  // One more for the moment in which the oldest gives way.
  expect(disk.openMax).toBeLessThanOrEqual(12)
})

test('who waits for a flush while one is under way shares the next one', async () => {
  const { disk, logs } = await world(new SimDisk())
  const log = logs.create('t', 0, topicId, { ...defaults, flushMessages: 1 })
  await append(log, 'k=first').flushed
  let syncs = 0
  disk.faults.observe = ({ kind, path }) => {
    if (kind === 'sync' && path.endsWith('.log')) syncs++
  }
  const waiting = Array.from({ length: 50 }, (_, i) => append(log, `k=${i}`).flushed)
  for (const each of waiting) expect(each).toBeInstanceOf(Promise)
  await Promise.all(waiting)
  // A sync has a beginning and an end on this disk.
  expect(syncs).toBe(2)
})

test('flush.messages: every so many records an acknowledgement waits, and no other', async () => {
  const { logs } = await world(new SimDisk())
  const log = logs.create('t', 0, topicId, { ...defaults, flushMessages: 3 })
  const waits: boolean[] = []
  for (let i = 0; i < 7; i++) {
    const { flushed } = append(log, `k=${i}`)
    waits.push(flushed !== null)
    await flushed
  }
  expect(waits).toEqual([false, false, true, false, false, true, false])
})

test('flush.ms: what waited so long is flushed, without anybody waiting', async () => {
  const { disk, logs, clock } = await world(new SimDisk())
  const log = logs.create('t', 0, topicId, { ...defaults, flushMs: 5000 })
  append(log, 'k=1')
  const syncs: string[] = []
  disk.faults.observe = ({ kind, path }) => {
    if (kind === 'sync' && path.endsWith('.log')) syncs.push(path)
  }
  clock.advance(4000)
  expect(syncs).toEqual([])
  clock.advance(2000)
  expect(syncs).toEqual(['/data/t-0/00000000000000000000.log'])
})

test('a lookup by offset reads no more of a long segment than of a short one', async () => {
  const { disk, logs } = await world(new SimDisk())
  const config = { ...defaults, indexIntervalBytes: 4096 }
  const log = logs.create('t', 0, topicId, config)
  const reads = (offset: bigint) => {
    let count = 0
    disk.faults.refuse = ({ kind }) => {
      if (kind === 'read') count++
      return null
    }
    log.read(offset, { bytesMax: 1, upTo: log.logEndOffset, atLeastOneBatch: true })
    return count
  }
  for (let i = 0; i < 500; i++) append(log, `k=${i}`)
  const short = reads(250n)
  for (let i = 0; i < 20_000; i++) append(log, `k=${i}`)
  expect(log.store.segments.count).toBe(1)
  expect(reads(10_250n)).toBeLessThanOrEqual(short + 1)
})
