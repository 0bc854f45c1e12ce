/**
 * Readers are in the middle of a log while its segments go: by retention, DeleteRecords, compaction, and with the topic. On a real
 * disk, with few open files: each answer is whole batches with the right bytes, or the right error, and the directory stays well.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Hosted } from '../../src/broker/hosted.ts'
import { type ReadOutcome, read } from '../../src/broker/read.ts'
import type { Replicas } from '../../src/broker/replicas.ts'
import { systemDisk } from '../../src/host/disk.ts'
import { clean } from '../../src/log/cleaner/clean.ts'
import { cleanable } from '../../src/log/cleaner/select.ts'
import type { LogConfig } from '../../src/log/log-config.ts'
import { LogManager } from '../../src/log/log-manager.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { isIntact } from '../../src/protocol/batch/integrity.ts'
import { batches, lastOffsetOf, sizeOf } from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { SimClock } from '../sim/clock.ts'
import { SeededRandom } from '../sim/random.ts'
import { append, defaults, listeningLogger, play, recordText, topicId } from './support.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const config: LogConfig = {
  ...defaults,
  segmentBytes: 2000,
  indexIntervalBytes: 300,
  retentionMs: -1,
  retentionBytes: 30_000,
  fileDeleteDelayMs: 1000,
}

async function opened(topic: LogConfig) {
  const directory = mkdtempSync(join(tmpdir(), 'jackdaw-readers-'))
  folders.push(directory)
  const clock = new SimClock()
  const logger = listeningLogger()
  const logs = await LogManager.open({
    disk: systemDisk,
    clock,
    random: new SeededRandom(1),
    logger,
    directories: [directory],
    nodeId: 1,
    settings: new BrokerConfigs({ fixed: new Map([['log.cleaner.enable', 'false']]) }),
    openFilesMax: 4,
  })
  await logs.load({ config: () => topic })
  const log = logs.create('t', 0, topicId, topic)
  const hosted = new Hosted(1, log)
  // As long as the broker has not heard that the topic is gone, it asks this log.
  const replicas = { leader: () => hosted, readable: () => hosted } as unknown as Replicas
  return { clock, logger, logs, log, replicas }
}

const valueAt = (offset: bigint) => `${offset}:${'v'.repeat(Number(offset % 50n))}`

function send(log: PartitionLog, count: number, keys: number): void {
  for (let i = 0; i < count; i++) {
    const offset = log.logEndOffset
    append(log, `k${offset % BigInt(keys)}=${valueAt(offset)}`)
  }
  log.advanceHighWatermark(log.logEndOffset)
}

function fetched(replicas: Replicas, fetchOffset: bigint, bytesMax: number): ReadOutcome {
  return read(replicas, {
    topic: 't',
    partition: 0,
    fetchOffset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    bytesMax,
    readCommitted: false,
    atLeastOneBatch: true,
    asFollower: false,
    isHeld: () => false,
    fromAny: false,
    nearest: () => null,
  })
}

/** Where the next fetch goes on; throws with what is wrong in this one. */
function check({ records: bytes }: ReadOutcome, fetchOffset: bigint): bigint {
  let next = fetchOffset
  let end = 0
  for (const at of batches(bytes)) {
    if (!isIntact(bytes, at)) throw new Error(`the batch at ${at} is not what was written`)
    if (lastOffsetOf(bytes, at) < next) throw new Error(`${lastOffsetOf(bytes, at)} after ${next}`)
    for (const record of records(bytes, at)) {
      const [, value] = recordText(record).split('=')
      if (value !== valueAt(record.offset)) throw new Error(`${value} at ${record.offset}`)
    }
    next = lastOffsetOf(bytes, at) + 1n
    end = at + sizeOf(bytes, at)
  }
  if (end !== bytes.length) throw new Error(`${bytes.length - end} bytes of a batch`)
  return next
}

/** What is done to the log between two reads; each is done many times. */
const troubles = {
  retention: ({ logs }) => logs.applyRetention(),
  DeleteRecords({ log, logs, random }) {
    const room = Number(log.highWatermark - log.logStartOffset)
    log.advanceLogStartOffset(log.logStartOffset + BigInt(random.below(Math.min(room, 100) + 1)))
    logs.applyRetention()
  },
  async compaction({ log, clock, random }) {
    const cleaning = cleanable(log, undefined, clock.now())
    const seed = random.below(1 << 30)
    if (cleaning.dirtyBytes > 0)
      await play(clean(log, cleaning, { now: clock.now(), memoryBytes: 1 << 16, seed }))
  },
} satisfies { [what: string]: (at: Trouble) => unknown }

interface Trouble {
  readonly log: PartitionLog
  readonly logs: LogManager
  readonly clock: SimClock
  readonly random: SeededRandom
}

test.each(Object.entries(troubles) as [string, (at: Trouble) => unknown][])(
  '%s',
  async (what, trouble) => {
    const policies: LogConfig['cleanupPolicies'] = what === 'compaction' ? ['compact'] : ['delete']
    const { logs, log, clock, logger, replicas } = await opened({
      ...config,
      cleanupPolicies: policies,
    })
    const random = new SeededRandom(5)
    send(log, 300, 40)
    const readers = Array.from({ length: 6 }, (_, i) => BigInt(i * 50))
    const outcomes = new Map<string, number>()
    for (let round = 0; round < 800; round++) {
      const reader = random.below(readers.length)
      const outcome = fetched(replicas, readers[reader]!, 1 + random.below(1500))
      outcomes.set(outcome.error, (outcomes.get(outcome.error) ?? 0) + 1)
      if (outcome.error === 'OFFSET_OUT_OF_RANGE') {
        expect(readers[reader]).toBeLessThan(log.logStartOffset)
        readers[reader] = log.logStartOffset
      } else {
        expect(outcome.error).toBe('NONE')
        readers[reader] = check(outcome, readers[reader]!)
      }
      if (random.chance(0.3)) send(log, 1 + random.below(4), 40)
      if (random.chance(0.1)) await trouble({ log, logs, clock, random })
      // Files that are out of use go meanwhile.
      if (random.chance(0.1)) clock.advance(400)
      // A reader that was slow.
      if (random.chance(0.02)) readers[reader] = log.logStartOffset
    }
    expect(log.store.segments.first.baseOffset > 0n || what === 'compaction').toBe(true)
    if (what !== 'compaction') expect(outcomes.get('OFFSET_OUT_OF_RANGE')).toBeGreaterThan(0)
    expect(logs.directories()[0]!.online).toBe(true)
    expect(logger.lines.filter((line) => /^(error|warn)/.test(line))).toEqual([])
    await logs.close({ brokerEpoch: 1n })
  },
)

test('the topic goes: from then on it is an error, before its files are away and after', async () => {
  const { logs, log, clock, logger, replicas } = await opened(config)
  send(log, 300, 40)
  const next = check(fetched(replicas, 120n, 500), 120n)
  logs.delete('t', 0)
  for (const waitMs of [0, 500, 2000]) {
    clock.advance(waitMs)
    expect(fetched(replicas, next, 500)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
    // Another one of the same name gets in nobody's way.
    if (waitMs === 500) send(logs.create('t', 0, topicId, config), 20, 40)
  }
  expect(logs.directories()[0]!.online).toBe(true)
  expect(logger.lines.filter((line) => /^(error|warn)/.test(line))).toEqual([])
  await logs.close({ brokerEpoch: 1n })
})
