/**
 * What docs/configs.md calls obeyed of a topic's segments, retention, flushes and compaction: each is changed while the topic is in use,
 * and what changes is seen over the wire and in the folder of the partition. `batches.test.ts` has those that judge batches.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureNone } from '../../src/client/result.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import * as layout from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { errorName } from '../../src/protocol/errors.ts'
import type { Connection } from '../../src/wire/connection.ts'
import { until } from '../support/asking.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'
import { connect } from '../support/one-broker.ts'
import { createTopic, sendBatches } from '../support/producing.ts'

// Longer than `until` looks.
const patient = { timeout: 120_000 }

let jackdaw: Jackdaw
let connection: Connection
let directory: string

beforeAll(async () => {
  jackdaw = await startJackdaw({
    config: {
      'log.initial.task.delay.ms': 100,
      'log.retention.check.interval.ms': 100,
      'log.flush.offset.checkpoint.interval.ms': 100,
      'log.cleaner.backoff.ms': 100,
    },
  })
  directory = (await jackdaw.status()).brokers[0]!.dataDirectory
  connection = await connect(jackdaw.bootstrap)
})
afterAll(async () => {
  connection?.close()
  await jackdaw?.stop()
})

const topic = (name: string, configs: Record<string, string> = {}) =>
  createTopic(connection, name, { configs })

type Values = Record<string, string | number>

const alter = (name: string, configs: Values) => alterConfigs(2, name, configs)
/** What counts for every topic that says nothing else. */
const alterDefaults = (configs: Values) => alterConfigs(4, '', configs)

async function alterConfigs(resourceType: number, resourceName: string, configs: Values) {
  const { responses } = await connection.call(incrementalAlterConfigs, {
    resources: [
      {
        resourceType,
        resourceName,
        configs: Object.entries(configs).map(([key, value]) => ({
          name: key,
          configOperation: 0,
          value: String(value),
        })),
      },
    ],
    validateOnly: false,
  })
  ensureNone(responses[0]!.errorCode, responses[0]!.errorMessage)
}

type Sent = { timestamp?: bigint; key?: string; value?: string | null; bytes?: number }

/** One batch of one record; the name of the error, NONE if there is none. */
async function send(
  name: string,
  { timestamp = BigInt(Date.now()), key = 'k', value, bytes = 100 }: Sent = {},
) {
  const text = value === undefined ? 'x'.repeat(bytes) : value
  const record = {
    key: Buffer.from(key),
    value: text === null ? null : Buffer.from(text),
    timestamp,
  }
  const [answer] = await sendBatches(connection, name, encodeBatch({}, [record]))
  return errorName(answer!.errorCode)
}

async function sendAll(name: string, ...all: Sent[]): Promise<void> {
  for (const each of all) expect(await send(name, each)).toBe('NONE')
}

const filesOf = (name: string, ending: string) =>
  readdirSync(join(directory, `${name}-0`))
    .filter((file) => file.endsWith(ending))
    .sort()

/** Where the segments of the partition begin. */
const segments = (name: string) => filesOf(name, '.log').map((file) => Number.parseInt(file, 10))

const sizeOf = (name: string, file: string) => statSync(join(directory, `${name}-0`, file)).size

/** −2 is the earliest offset, −1 the end. */
async function offsetAt(name: string, timestamp: bigint): Promise<number> {
  const { topics } = await connection.call(listOffsets, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }] }],
    timeoutMs: 30_000,
  })
  const [found] = topics[0]!.partitions
  ensureNone(found!.errorCode)
  return Number(found!.offset)
}

const earliest = (name: string) => offsetAt(name, -2n)

/** `key=value` of every record that is there. */
async function content(name: string): Promise<string[]> {
  const found: string[] = []
  const end = await offsetAt(name, -1n)
  for (let fetchOffset = BigInt(await earliest(name)); fetchOffset < end; ) {
    const { responses } = await connection.call(
      fetch,
      {
        maxWaitMs: 0,
        minBytes: 1,
        isolationLevel: 0,
        topics: [
          {
            topic: name,
            partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 10_000_000 }],
          },
        ],
        forgottenTopicsData: [],
        rackId: '',
      },
      { version: 12 },
    )
    const bytes = responses[0]!.partitions[0]!.records!
    for (const at of layout.batches(bytes)) {
      const batch = bytes.subarray(at, at + layout.sizeOf(bytes, at))
      for (const { key, value } of records(batch)) {
        found.push(`${key}=${value === null ? null : value}`)
      }
      fetchOffset = layout.lastOffsetOf(bytes, at) + 1n
    }
  }
  return found
}

const mebibyte = 1024 * 1024

describe('segments', patient, () => {
  test('segment.bytes: the next batch that does not fit begins another', async () => {
    await topic('by-bytes')
    const large = { bytes: 400_000 }
    await sendAll('by-bytes', large, large, large)
    expect(segments('by-bytes')).toEqual([0])
    await alter('by-bytes', { 'segment.bytes': mebibyte })
    const seen = await until(
      async () => {
        await sendAll('by-bytes', large)
        return segments('by-bytes')
      },
      (all) => all.length >= 4,
    )
    const [, second = 0, third = 0, fourth = 0] = seen
    expect([third - second, fourth - third]).toEqual([2, 2])
  })

  test('segment.ms: the time between the records decides', async () => {
    await topic('by-time')
    await sendAll('by-time', { timestamp: 1000n }, { timestamp: 900_000n })
    expect(segments('by-time')).toEqual([0])
    await alter('by-time', { 'segment.ms': 60_000 })
    await until(
      async () => {
        await sendAll('by-time', { timestamp: 900_000n })
        return segments('by-time')
      },
      (all) => all.length === 2,
    )
    const [, second] = segments('by-time')
    const last = await offsetAt('by-time', -1n)
    await sendAll('by-time', { timestamp: 960_000n }, { timestamp: 960_001n })
    expect(segments('by-time')).toEqual([0, second, last + 1])
  })

  test('segment.jitter.ms: some begin sooner', async () => {
    await topic('jittered', { 'segment.ms': '1000000', 'segment.jitter.ms': '1000000' })
    let timestamp = 0n
    // Without jitter each would hold three records.
    await until(
      async () => {
        await sendAll('jittered', { timestamp })
        timestamp += 400_000n
        return segments('jittered')
      },
      (all) => all.some((start, index) => index > 0 && start - all[index - 1]! < 3),
    )
  })

  test('index.interval.bytes: how far apart the entries of an index are', async () => {
    await topic('sparse')
    await topic('dense')
    await alter('dense', { 'index.interval.bytes': 0 })
    const entries: Record<string, number> = {}
    for (const name of ['sparse', 'dense']) {
      for (let count = 0; count < 10; count++) await sendAll(name, { timestamp: 1000n })
      await alter(name, { 'segment.ms': 1000 })
      // A segment that is closed has an index as large as its entries.
      await until(
        async () => {
          await sendAll(name, { timestamp: 900_000n })
          return segments(name)
        },
        (all) => all.length > 1,
      )
      const [closed] = filesOf(name, '.index')
      entries[name] = sizeOf(name, closed!) / 8
    }
    expect(entries.sparse).toBe(0)
    expect(entries.dense).toBeGreaterThanOrEqual(9)
  })

  test('segment.index.bytes: a full index closes its segment', async () => {
    await topic('indexed', { 'index.interval.bytes': '0' })
    for (let count = 0; count < 12; count++) await sendAll('indexed', {})
    expect(segments('indexed')).toEqual([0])
    // Of ten entries of eight bytes.
    await alter('indexed', { 'segment.index.bytes': 80 })
    const [, second = 0, third = 0, fourth = 0] = await until(
      async () => {
        await sendAll('indexed', { timestamp: 1n })
        return segments('indexed')
      },
      (all) => all.length >= 4,
    )
    expect(third - second).toBeLessThanOrEqual(11)
    expect(fourth - third).toBe(third - second)
  })
})

describe('retention', patient, () => {
  test('retention.ms', async () => {
    await topic('aged')
    await topic('kept')
    for (const name of ['aged', 'kept']) await sendAll(name, { timestamp: 1n }, { timestamp: 2n })
    await alter('aged', { 'retention.ms': 3_600_000 })
    await until(
      () => earliest('aged'),
      (offset) => offset === 2,
    )
    expect(await earliest('kept')).toBe(0)
  })

  test('retention.bytes: whole segments go while what is left is enough', async () => {
    await topic('outgrown', { 'segment.bytes': String(mebibyte) })
    for (let count = 0; count < 8; count++) await sendAll('outgrown', { bytes: 500_000 })
    expect(segments('outgrown')).toEqual([0, 2, 4, 6])
    await alter('outgrown', { 'retention.bytes': 1_500_000 })
    await until(
      () => earliest('outgrown'),
      (offset) => offset === 4,
    )
    await alter('outgrown', { 'retention.bytes': 1_000_000 })
    await until(
      () => earliest('outgrown'),
      (offset) => offset === 6,
    )
  })

  test('cleanup.policy: what is only compacted does not age', async () => {
    await topic('policy', { 'cleanup.policy': 'compact', 'retention.ms': '3600000' })
    await topic('beside-it')
    for (const name of ['policy', 'beside-it']) await sendAll(name, { timestamp: 1n })
    await alter('beside-it', { 'retention.ms': 3_600_000 })
    await until(
      () => earliest('beside-it'),
      (offset) => offset === 1,
    )
    expect(await earliest('policy')).toBe(0)
    await alter('policy', { 'cleanup.policy': 'delete' })
    await until(
      () => earliest('policy'),
      (offset) => offset === 1,
    )
  })

  test('file.delete.delay.ms: how long the files of a dropped segment stay', async () => {
    await topic('at-once')
    await topic('later')
    for (const name of ['at-once', 'later']) await sendAll(name, { timestamp: 1n })
    await alter('at-once', { 'file.delete.delay.ms': 0, 'retention.ms': 3_600_000 })
    await alter('later', { 'file.delete.delay.ms': 3_600_000, 'retention.ms': 3_600_000 })
    await until(
      async () => [segments('at-once'), segments('later')],
      (all) => all.every(([start]) => start === 1),
    )
    await until(
      async () => filesOf('at-once', '.deleted'),
      (files) => files.length === 0,
    )
    expect(filesOf('later', '.log.deleted')).toEqual(['00000000000000000000.log.deleted'])
  })
})

describe('flushes', patient, () => {
  /** Up to where the broker says that the medium has it; 0 where it says nothing. */
  const flushed = (name: string) => {
    const text = readFileSync(join(directory, 'recovery-point-offset-checkpoint'), 'utf8')
    return Number(new RegExp(`^${name} 0 (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  }

  test.each([
    ['flush.messages', 1],
    ['flush.ms', 1],
  ])('%s', async (config, value) => {
    const name = config.replace('.', '-')
    await topic(name)
    await topic(`not-${name}`)
    await sendAll(name, {}, {}, {})
    await sendAll(`not-${name}`, {}, {}, {})
    await alter(name, { [config]: value })
    await until(
      async () => {
        await sendAll(name, {})
        return flushed(name)
      },
      (offset) => offset >= 3,
    )
    expect(flushed(`not-${name}`)).toBe(0)
  })
})

describe('compaction', patient, () => {
  const compacted = { 'cleanup.policy': 'compact', 'segment.ms': '1000' }
  const twice = [
    { timestamp: 1n, key: 'a', value: 'old' },
    { timestamp: 2n, key: 'a', value: 'new' },
    { timestamp: 3n, key: 'b', value: null },
    // It closes the segment: what is still written to is never compacted.
    { timestamp: 900_000n, key: 'c', value: 'end' },
  ]
  /** A topic that is compacted whenever there is something to do: when it is done, the others have been looked at. */
  async function witness(name: string): Promise<void> {
    await topic(name, { ...compacted, 'min.cleanable.dirty.ratio': '0' })
    await sendAll(name, ...twice)
    await until(
      () => content(name),
      (all) => !all.includes('a=old'),
    )
  }

  test('min.cleanable.dirty.ratio', async () => {
    await topic('ratio', { ...compacted, 'min.cleanable.dirty.ratio': '0' })
    await sendAll('ratio', ...twice)
    await until(
      () => content('ratio'),
      (all) => !all.includes('a=old'),
    )
    // What is clean by now is more than what comes.
    await alter('ratio', { 'min.cleanable.dirty.ratio': 1 })
    const again = [
      { timestamp: 900_001n, key: 'a', value: 'newest' },
      { timestamp: 1_900_000n, key: 'c', value: 'end' },
    ]
    await sendAll('ratio', ...again)
    await witness('ratio-witness')
    expect(await content('ratio')).toContain('a=new')
    await alter('ratio', { 'min.cleanable.dirty.ratio': 0 })
    await until(
      () => content('ratio'),
      (all) => !all.includes('a=new'),
    )
  })

  test('min.compaction.lag.ms', async () => {
    const now = BigInt(Date.now())
    await topic('lagging', {
      ...compacted,
      'min.cleanable.dirty.ratio': '0',
      'min.compaction.lag.ms': '86400000',
    })
    const recent = twice.map((each) => ({ ...each, timestamp: now + each.timestamp }))
    await sendAll('lagging', ...recent)
    await witness('lagging-witness')
    expect(await content('lagging')).toContain('a=old')
    await alter('lagging', { 'min.compaction.lag.ms': 0 })
    await until(
      () => content('lagging'),
      (all) => !all.includes('a=old'),
    )
  })

  test('max.compaction.lag.ms: however little there is to do', async () => {
    await topic('overdue', { ...compacted, 'min.cleanable.dirty.ratio': '1' })
    await sendAll('overdue', { timestamp: 1n, key: 'a', value: 'old' })
    await sendAll('overdue', { timestamp: 900_000n, key: 'b', value: 'x' })
    await sendAll('overdue', { timestamp: 1_900_000n, key: 'a', value: 'new' })
    await sendAll('overdue', { timestamp: 2_900_000n, key: 'c', value: 'end' })
    await alter('overdue', { 'max.compaction.lag.ms': 1 })
    await until(
      () => content('overdue'),
      (all) => !all.includes('a=old'),
    )
  })

  test('delete.retention.ms: how long a deletion can still be read', async () => {
    const all = ['let-go', 'remembered']
    for (const name of all) await topic(name, { ...compacted, 'min.cleanable.dirty.ratio': '0' })
    // Until when a deletion has to stay is written down when it is first compacted.
    await alter('let-go', { 'delete.retention.ms': 0 })
    for (const name of all) await sendAll(name, ...twice)
    let timestamp = 900_000n
    await until(
      async () => {
        timestamp += 500_000n
        for (const name of all) await sendAll(name, { timestamp, key: 'd', value: `${timestamp}` })
        return content('let-go')
      },
      (seen) => !seen.includes('b=null'),
    )
    await until(
      () => content('remembered'),
      (seen) => !seen.includes('a=old'),
    )
    expect(await content('remembered')).toContain('b=null')
  })
})

describe('what is taken', patient, () => {
  const sendUntil = (name: string, error: string, sent: Sent = {}) =>
    until(
      () => send(name, sent),
      (said) => said === error,
    )

  test('max.message.bytes', async () => {
    await topic('smaller')
    await sendAll('smaller', { bytes: 2000 })
    await alter('smaller', { 'max.message.bytes': 1000 })
    await sendUntil('smaller', 'MESSAGE_TOO_LARGE', { bytes: 2000 })
    await sendAll('smaller', { bytes: 800 })
  })

  test('message.timestamp.before.max.ms and after.max.ms', async () => {
    await topic('punctual')
    await sendAll('punctual', { timestamp: 1n })
    await alter('punctual', { 'message.timestamp.before.max.ms': 3_600_000 })
    await sendUntil('punctual', 'INVALID_TIMESTAMP', { timestamp: 1n })
    const ahead = { timestamp: BigInt(Date.now()) + 1_800_000n }
    await sendAll('punctual', ahead)
    await alter('punctual', { 'message.timestamp.after.max.ms': 60_000 })
    await sendUntil('punctual', 'INVALID_TIMESTAMP', ahead)
  })
})

describe('the defaults of all topics, of which the last to be told is the broker', patient, () => {
  test('log.segment.bytes and log.retention.bytes: a topic’s own value goes before them', async () => {
    await topic('default')
    await topic('own', { 'segment.bytes': String(100 * mebibyte), 'retention.bytes': '-1' })
    const fill = async () => {
      for (const name of ['default', 'own']) await sendAll(name, { bytes: 400_000 })
    }
    await alterDefaults({ 'log.segment.bytes': mebibyte })
    await until(
      async () => {
        await fill()
        return segments('default')
      },
      (all) => all.length >= 3,
    )
    expect(segments('own')).toEqual([0])
    await alterDefaults({ 'log.retention.bytes': 1 })
    await until(
      () => earliest('default'),
      (offset) => offset > 0,
    )
    expect(await earliest('own')).toBe(0)
  })
})
