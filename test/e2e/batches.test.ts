/**
 * Record batches as clients send them to a live broker: what is wrong gets Kafka's error, also of single records, and what stands
 * beside it in the same request is taken all the same.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import type { Compression } from '../../src/protocol/batch/compression/codecs.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import * as layout from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { type ErrorName, errorName } from '../../src/protocol/errors.ts'
import type { Connection } from '../../src/wire/connection.ts'
import { bomb } from '../support/batch-mutations.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'
import { connect } from '../support/one-broker.ts'
import { createTopic, sendBatches } from '../support/producing.ts'
import { vectorLines } from '../support/vectors.ts'

let jackdaw: Jackdaw
let connection: Connection

beforeAll(async () => {
  jackdaw = await startJackdaw()
  connection = await connect(jackdaw.bootstrap)
})
afterAll(async () => {
  connection?.close()
  await jackdaw?.stop()
})

const topic = (name: string, configs: Record<string, string> = {}) =>
  createTopic(connection, name, { partitions: 2, configs })

const send = (name: string, ...batches: Uint8Array[]) => sendBatches(connection, name, ...batches)

/** The last batch of a partition as it is stored. */
async function stored(name: string, partition: number, fetchOffset: bigint): Promise<Uint8Array> {
  const { responses } = await connection.call(
    fetch,
    {
      maxWaitMs: 0,
      minBytes: 1,
      isolationLevel: 0,
      topics: [
        { topic: name, partitions: [{ partition, fetchOffset, partitionMaxBytes: 10_000_000 }] },
      ],
      forgottenTopicsData: [],
      rackId: '',
    },
    { version: 12 },
  )
  return responses[0]!.partitions[0]!.records!
}

const batchOf = (text: string, timestamp: bigint, compression?: Compression) =>
  encodeBatch({ ...(compression && { compression }) }, [
    { key: Buffer.from('k'), value: Buffer.from(text), timestamp },
  ])

/** What says that it belongs to a transaction is refused before anybody looks into it. */
const isOfTransaction = (bytes: Uint8Array) =>
  bytes.length > layout.headerSize && layout.magicOf(bytes) === 2 && layout.isTransactional(bytes)

interface Vector {
  name: string
  why: string
  hex: string
  produce:
    | { ok: true }
    | {
        ok: false
        error: ErrorName
        message: string
        recordErrors?: { batchIndex: number; message: string }[]
      }
}

// Its time lay ahead of the clock of those who recorded it; by ours it is long ago.
const byTheClock = 'timestamp/future'

describe('a partition that gets what is malformed, and its neighbour', () => {
  const vectors = vectorLines<Vector>('batches-malformed.jsonl').filter(
    ({ name, hex }) => name !== byTheClock && !isOfTransaction(Buffer.from(hex, 'hex')),
  )
  let taken = 0n
  beforeAll(() => topic('facts'))

  test.each(vectors)('$name: $why', async ({ hex, produce: verdict }) => {
    const [answer, neighbour] = await send(
      'facts',
      Buffer.from(hex, 'hex'),
      batchOf('beside it', 1n),
    )
    expect(neighbour).toMatchObject({ errorCode: 0, baseOffset: taken })
    taken++
    if (verdict.ok) return expect(answer).toMatchObject({ errorCode: 0 })
    const { error, message, recordErrors = [] } = verdict
    expect(answer).toMatchObject({
      baseOffset: -1n,
      logAppendTimeMs: -1n,
      recordErrors: recordErrors.map(({ batchIndex, message: text }) => ({
        batchIndex,
        batchIndexErrorMessage: text,
      })),
    })
    // An exception of Java's library that came through: to be refused for good is what matters.
    if (error === 'UNKNOWN_SERVER_ERROR') {
      expect(['INVALID_RECORD', 'UNSUPPORTED_COMPRESSION_TYPE']).toContain(
        errorName(answer!.errorCode),
      )
    } else expect(errorName(answer!.errorCode)).toBe(error)
    // In words Kafka tells only of single records.
    expect(answer!.errorMessage).toBe(recordErrors.length > 0 ? message : null)
  })

  test('what says that it belongs to a transaction, and the request does not, fails the request as a whole', async () => {
    const transactional = encodeBatch({ transactional: true, producerId: 1n, producerEpoch: 0 }, [
      { key: null, value: null, timestamp: 1n },
    ])
    const answers = await send('facts', transactional, batchOf('beside it', 1n))
    expect(answers.map(({ errorCode }) => errorName(errorCode))).toEqual([
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    ])
  })

  test('what was refused has left nothing behind', async () => {
    const [good] = await send('facts', batchOf('the end', 1n))
    const expected = vectors.filter(({ produce: { ok } }) => ok).length
    let count = 0
    for (let offset = 0n; offset < good!.baseOffset; ) {
      const bytes = await stored('facts', 0, offset)
      for (const at of layout.batches(bytes)) {
        const first = layout.baseOffsetOf(bytes, at)
        if (first < good!.baseOffset) count++
        offset = first + BigInt(layout.countOf(bytes, at))
      }
    }
    expect(count).toBe(expected)
  })
})

const hour = 3_600_000n
const now = () => BigInt(Date.now())

describe('a topic’s configurations are obeyed', () => {
  test('message.timestamp.before.max.ms and after.max.ms: each record that is out of range is named', async () => {
    await topic('times', {
      'message.timestamp.before.max.ms': String(hour),
      'message.timestamp.after.max.ms': String(hour),
    })
    const [old, young] = [now() - 2n * hour, now() + 2n * hour]
    const batch = encodeBatch(
      {},
      [now(), old, now(), young].map((timestamp) => ({ key: null, value: null, timestamp })),
    )
    const [answer, neighbour] = await send('times', batch, batchOf('now', now()))
    expect(neighbour).toMatchObject({ errorCode: 0, baseOffset: 0n })
    expect(errorName(answer!.errorCode)).toBe('INVALID_TIMESTAMP')
    expect(answer!.errorMessage).toBe(
      'One or more records have been rejected due to invalid timestamp',
    )
    const range = (timestamp: bigint, offset: number) => ({
      batchIndex: offset,
      batchIndexErrorMessage: expect.stringMatching(
        new RegExp(
          `^Timestamp ${timestamp} of message with offset ${offset} is out of range\\. The timestamp should be within \\[\\d+, \\d+\\]$`,
        ),
      ),
    })
    expect(answer!.recordErrors).toEqual([range(old, 1), range(young, 3)])
  })

  test('message.timestamp.type: the broker’s clock, in the answer and in the batch', async () => {
    await topic('appended', { 'message.timestamp.type': 'LogAppendTime' })
    const before = now()
    const [answer] = await send('appended', batchOf('x', 1n))
    const { logAppendTimeMs } = answer!
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(before)
    expect(logAppendTimeMs).toBeLessThanOrEqual(now())
    const batch = await stored('appended', 0, 0n)
    expect(layout.timestampTypeOf(batch)).toBe('LogAppendTime')
    expect([...records(batch)][0]!.timestamp).toBe(logAppendTimeMs)
  })

  test('cleanup.policy=compact: each record without a key is named', async () => {
    await topic('compacted', { 'cleanup.policy': 'compact' })
    const keys = ['a', null, 'b', null].map((key) => ({
      key: key === null ? null : Buffer.from(key),
      value: null,
      timestamp: 1n,
    }))
    const [answer, neighbour] = await send('compacted', encodeBatch({}, keys), batchOf('x', 1n))
    expect(neighbour).toMatchObject({ errorCode: 0 })
    expect(errorName(answer!.errorCode)).toBe('INVALID_RECORD')
    expect(answer!.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1, 3])
    expect(answer!.recordErrors[0]!.batchIndexErrorMessage).toBe(
      'Compacted topic cannot accept message without key in topic partition compacted-0',
    )
  })

  test('max.message.bytes: the batch as it came, and as it would be stored', async () => {
    await topic('small', { 'max.message.bytes': '1000' })
    const [large, fitting] = await send(
      'small',
      batchOf('x'.repeat(2000), 1n),
      batchOf('x'.repeat(900), 1n),
    )
    expect(errorName(large!.errorCode)).toBe('MESSAGE_TOO_LARGE')
    expect(fitting).toMatchObject({ errorCode: 0 })
    await topic('unpacked', { 'max.message.bytes': '1000', 'compression.type': 'uncompressed' })
    const [grown] = await send('unpacked', batchOf('x'.repeat(2000), 1n, 'gzip'))
    expect(errorName(grown!.errorCode)).toBe('MESSAGE_TOO_LARGE')
  })

  test.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'compression.type=%s, whatever the producer chose',
    async (wanted) => {
      const name = `as-${wanted}`
      await topic(name, { 'compression.type': wanted })
      const text = 'the same words, '.repeat(100)
      const codecs: Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
      for (const [offset, compression] of codecs.entries()) {
        const [answer] = await send(name, batchOf(text, 1n, compression))
        expect(answer).toMatchObject({ errorCode: 0, baseOffset: BigInt(offset) })
        const batch = await stored(name, 0, BigInt(offset))
        expect(layout.compressionOf(batch)).toBe(wanted === 'uncompressed' ? 'none' : wanted)
        expect(Buffer.from([...records(batch)][0]!.value!).toString()).toBe(text)
      }
    },
  )

  test.each([
    ['gzip', '1', '9'],
    ['zstd', '-100', '19'],
  ] as const)('compression.%s.level', async (compression, low, high) => {
    const value = wordy(200_000)
    const sizes: number[] = []
    for (const level of [low, high]) {
      const name = `${compression}-at-${level}`
      await topic(name, {
        'compression.type': compression,
        [`compression.${compression}.level`]: level,
      })
      const [answer] = await send(name, encodeBatch({}, [{ key: null, value, timestamp: 1n }]))
      expect(answer).toMatchObject({ errorCode: 0 })
      sizes.push((await stored(name, 0, 0n)).length)
    }
    expect(sizes[1]).toBeLessThan(sizes[0]!)
  })
})

/** Text with something for a codec to find, the more the longer it looks. */
function wordy(size: number): Uint8Array {
  const words = ['offset', 'partition', 'leader', 'epoch', 'segment', 'replica', 'broker', 'log']
  let state = 1
  let text = ''
  while (text.length < size) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    text += `${words[(state >>> 16) % words.length]} ${state >>> 28} `
  }
  return Buffer.from(text.slice(0, size))
}

describe('a bomb', () => {
  const bombBytes = 300 * 1024 * 1024

  test.each(['gzip', 'zstd', 'lz4'] as const)(
    'of %s that would fill the memory is refused, its neighbour is taken',
    async (compression) => {
      const sound = batchOf('x', 1n, compression)
      await topic(`bombs-${compression}`, { 'max.message.bytes': '104857600' })
      const [answer, neighbour] = await send(
        `bombs-${compression}`,
        bomb(sound, compression, bombBytes),
        batchOf('beside it', 1n),
      )
      expect(errorName(answer!.errorCode)).toBe('MESSAGE_TOO_LARGE')
      expect(neighbour).toMatchObject({ errorCode: 0 })
    },
  )
})
