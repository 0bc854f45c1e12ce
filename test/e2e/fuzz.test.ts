/**
 * A broker that is fed with garbage serves everybody else as if nothing were. `JACKDAW_FUZZ_MINUTES=10 npx vitest run
 * test/e2e/fuzz.test.ts` goes on with new seeds.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/host/clock.ts'
import { systemNet } from '../../src/host/net.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import * as layout from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { encode } from '../../src/protocol/codec.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { Connection } from '../../src/wire/connection.ts'
import {
  closeAll,
  connect,
  deaf,
  flood,
  frame,
  prefixed,
  send,
  type Target,
} from '../support/attacks.ts'
import { batchMutations, bomb, sampleBatches } from '../support/batch-mutations.ts'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { fuzzSeeds, fuzzTimeoutMs, mutations, tellOf } from '../support/mutations.ts'
import { run } from '../support/processes.ts'
import { vectorFiles, vectorLines } from '../support/vectors.ts'

const topic = 'witness'
let jackdaw: Jackdaw
let target: Target
let pid: number

beforeAll(async () => {
  jackdaw = await startJackdaw()
  const [host = '', port = ''] = jackdaw.bootstrap.split(':')
  target = { host, port: Number(port) }
  pid = (await jackdaw.status()).brokers[0]!.pid!
  const connection = await open()
  await create(connection, topic)
  connection.close()
})

/** A topic that keeps its records, however old they say they are. */
async function create(connection: Connection, name: string): Promise<void> {
  const configs = [{ name: 'retention.ms', value: '-1' }]
  const { topics } = await connection.call(createTopics, {
    topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs }],
    timeoutMs: 10_000,
    validateOnly: false,
  })
  // A test that is tried again finds the topic of its first time.
  expect(['NONE', 'TOPIC_ALREADY_EXISTS']).toContain(errorName(topics[0]!.errorCode))
}

afterEach(closeAll)
afterAll(async () => {
  try {
    // A request that no rule covers closes its connection too, but as a fault of ours.
    expect(unforeseen(await logs())).toEqual([])
  } finally {
    await jackdaw?.stop()
  }
})

async function logs(): Promise<string> {
  const command = jackdawCommand('jackdaw', ['logs'], jackdaw.env)!
  return (await run(command)).stdout.toString()
}

function unforeseen(log: string): string[] {
  return log.split('\n').filter((line) => line.includes('nobody foresaw'))
}

function open(): Promise<Connection> {
  return Connection.open({
    net: systemNet,
    clock: systemClock,
    address: target,
    clientId: 'witness',
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 20_000,
  })
}

/** Writes and reads back its own records on one connection for as long as the attack goes on. */
async function whileServing(attack: () => Promise<void>): Promise<number> {
  const connection = await open()
  const { topics } = await connection.call(metadata, {
    topics: [{ topicId: zero, name: topic }],
    allowAutoTopicCreation: false,
  })
  const { topicId } = topics[0]!
  let isOver = false
  const attacked = attack().finally(() => {
    isOver = true
  })
  let rounds = 0
  do {
    await serveOnce(connection, topicId, `round ${rounds++} of ${Math.random()}`)
  } while (!isOver)
  await attacked
  await serveOnce(connection, topicId, 'after')
  connection.close()
  return rounds
}

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'

async function serveOnce(connection: Connection, topicId: string, text: string): Promise<void> {
  const batch = encodeBatch({}, [
    { key: null, value: Buffer.from(text), timestamp: BigInt(Date.now()) },
  ])
  const { responses } = await connection.call(produce, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ topicId, name: topic, partitionData: [{ index: 0, records: batch }] }],
  })
  const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
  expect(errorCode).toBe(0)
  const fetched = await connection.call(fetch, {
    maxWaitMs: 1000,
    minBytes: 1,
    isolationLevel: 0,
    topics: [
      {
        topicId,
        topic,
        partitions: [{ partition: 0, fetchOffset: baseOffset, partitionMaxBytes: 100_000 }],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  })
  const { records: bytes, ...rest } = fetched.responses[0]!.partitions[0]!
  expect({ ...rest, size: bytes?.length }).toMatchObject({
    errorCode: 0,
    size: expect.toSatisfy((size: number) => size > layout.headerSize),
  })
  const [record] = [...records(bytes!)]
  expect({ offset: record!.offset, text: Buffer.from(record!.value!).toString() }).toEqual({
    offset: baseOffset,
    text,
  })
}

/** What the process holds, in MiB. */
function memory(): number {
  const [line = ''] = /VmRSS:\s+\d+/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(/\d+/.exec(line)![0]) / 1024
}

const hasProc = process.platform === 'linux'

describe('the same connection keeps getting right answers', () => {
  test('while others send lengths that cannot be', async () => {
    const before = hasProc ? memory() : 0
    const lengths = ['7fffffff', 'ffffffff', '80000000', '06400001', '00000000', '00000003', '0000']
    await whileServing(async () => {
      for (let round = 0; round < 10; round++) {
        await Promise.all(lengths.map((hex) => send(target, Buffer.from(`${hex}0012`, 'hex'))))
      }
    })
    if (hasProc) expect(memory() - before).toBeLessThan(100)
  })

  test('while others announce much and send little', async () => {
    const before = hasProc ? memory() : 0
    await whileServing(async () => {
      const announced = Buffer.alloc(64)
      announced.writeInt32BE(100_000_000)
      const sockets = await Promise.all(Array.from({ length: 100 }, () => connect(target)))
      for (const socket of sockets) socket.write(announced)
      await serveManyTimes(20)
    })
    // A hundred promises of a hundred megabytes each.
    if (hasProc) expect(memory() - before).toBeLessThan(400)
  })

  test('while others ask for APIs and versions that do not exist', async () => {
    await whileServing(async () => {
      const keys = [-1, 4, 7, 99, 1000, 32767, -32768]
      const unknown = keys.map((key) => {
        const header = Buffer.from('00000000000000070000', 'hex')
        header.writeInt16BE(key)
        return send(target, prefixed(header))
      })
      const versions = apis.flatMap((api) =>
        [-1, api.versions[1] + 1, 32767].map((version) => {
          const header = Buffer.from('0000000000000007ffff00', 'hex')
          header.writeInt16BE(api.key)
          header.writeInt16BE(version, 2)
          return send(target, prefixed(header))
        }),
      )
      await Promise.all([...unknown, ...versions])
    })
  })

  test('ApiVersions of a version of the future is answered with version 0', async () => {
    const header = Buffer.from('0012006300000007ffff0000', 'hex')
    const answer = await send(target, prefixed(header))
    expect(answer.readInt32BE(4)).toBe(7)
    expect(answer.readInt16BE(8)).toBe(35)
  })

  test('while ten thousand connections come and go', async () => {
    const before = hasProc ? memory() : 0
    await whileServing(() => flood(target, 10_000))
    if (hasProc) expect(memory() - before).toBeLessThan(150)
  }, 120_000)

  test('while others ask and never read the answers', async () => {
    const before = hasProc ? memory() : 0
    const request = frame(metadata, 9, encode(metadata.request, 9, { topics: null }))
    await whileServing(async () => {
      await Promise.all(Array.from({ length: 10 }, () => deaf(target, request, 20_000)))
      await serveManyTimes(20)
    })
    if (hasProc) expect(memory() - before).toBeLessThan(200)
  })

  test('while one pipelines a thousand requests, whose answers keep their order', async () => {
    await whileServing(async () => {
      const requests = Array.from({ length: 1000 }, (_, correlationId) =>
        correlationId % 2 === 0
          ? frame(apiVersions, 0, encode(apiVersions.request, 0, {}), { correlationId })
          : frame(metadata, 1, encode(metadata.request, 1, { topics: [] }), {
              correlationId,
              clientId: null,
            }),
      )
      const answers = await send(target, Buffer.concat(requests), { patienceMs: 20_000 })
      const ids: number[] = []
      for (let at = 0; at < answers.length; at += 4 + answers.readInt32BE(at)) {
        ids.push(answers.readInt32BE(at + 4))
      }
      expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => index))
    })
  })
})

async function serveManyTimes(times: number): Promise<void> {
  const connection = await open()
  for (let i = 0; i < times; i++) await connection.call(metadata, { topics: [] })
  connection.close()
}

interface Vector {
  direction: string
  version: number
  hex: string
}

// What takes this broker out of its own cluster, or its topic away, is no attack but an order.
const orders = ['UnregisterBroker', 'DeleteTopics', 'BrokerHeartbeat', 'BrokerRegistration']

function requests() {
  return vectorFiles('messages').flatMap((file) => {
    const api = apis.find(({ name }) => name === basename(file, '.jsonl'))
    if (api === undefined || orders.includes(api.name)) return []
    return vectorLines<Vector>(file)
      .filter(({ direction }) => direction === 'request')
      .map(({ version, hex }) => ({ api, version, body: Buffer.from(hex, 'hex') }))
  })
}

const atOnce = 50

test('requests of every API with random content', async () => {
  const all = requests()
  const before = hasProc ? memory() : 0
  await whileServing(async () => {
    for (let start = 0; start < all.length; start += atOnce) {
      const some = all.slice(start, start + atOnce)
      await Promise.all(
        some.map(({ api, version, body }) => send(target, frame(api, version, body))),
      )
    }
  })
  expect(() => process.kill(pid, 0)).not.toThrow()
  if (hasProc) expect(memory() - before).toBeLessThan(400)
}, 120_000)

test(
  'mutated requests of every API',
  async () => {
    const samples = requests()
    const before = hasProc ? memory() : 0
    await whileServing(async () => {
      let cases = 0
      for (const seed of fuzzSeeds(0.4)) {
        const property = fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(samples.length - 1), mutations), {
            minLength: atOnce,
            maxLength: atOnce,
          }),
          async (attempts) => {
            await Promise.all(
              attempts.map(([index, mutate]) => {
                const { api, version, body } = samples[index]!
                return send(target, frame(api, version, mutate(body)))
              }),
            )
          },
        )
        await fc.assert(property, { numRuns: 40, seed, endOnFailure: true })
        cases += 40 * atOnce
      }
      tellOf(cases)
    })
    expect(() => process.kill(pid, 0)).not.toThrow()
    if (hasProc) expect(memory() - before).toBeLessThan(400)
  },
  fuzzTimeoutMs,
)

// The last version that names its topics.
const producing = 9

const produced = (name: string, batch: Uint8Array): Buffer =>
  frame(
    produce,
    producing,
    encode(produce.request, producing, {
      transactionalId: null,
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name, partitionData: [{ index: 0, records: batch }] }],
    }),
  )

/** A topic beside the one that is watched, for all that is thrown at it. */
async function besides(name: string): Promise<string> {
  const connection = await open()
  await create(connection, name)
  connection.close()
  return name
}

test(
  'mutated record batches of every codec, and those who read what was taken',
  async () => {
    const name = await besides('target')
    const before = hasProc ? memory() : 0
    await whileServing(async () => {
      let cases = 0
      for (const seed of fuzzSeeds(0.4)) {
        const batches = fc.array(fc.tuple(fc.nat(sampleBatches.length - 1), batchMutations), {
          minLength: atOnce,
          maxLength: atOnce,
        })
        const property = fc.asyncProperty(batches, async (attempts) => {
          await Promise.all(
            attempts.map(([index, mutate]) =>
              send(target, produced(name, mutate(sampleBatches[index]!))),
            ),
          )
        })
        await fc.assert(property, { numRuns: 40, seed, endOnFailure: true })
        cases += 40 * atOnce
      }
      tellOf(cases)
    })
    if (hasProc) expect(memory() - before).toBeLessThan(400)
    expect(await readAll(name)).toBeGreaterThan(0)
  },
  fuzzTimeoutMs,
)

/** Reads a topic to its end as a consumer does, record by record; gives how many there are. */
async function readAll(name: string): Promise<number> {
  const connection = await open()
  const { topics } = await connection.call(metadata, { topics: [{ topicId: zero, name }] })
  const { topicId } = topics[0]!
  let count = 0
  for (let fetchOffset = 0n; ; ) {
    const { responses } = await connection.call(fetch, {
      maxWaitMs: 0,
      minBytes: 1,
      isolationLevel: 0,
      topics: [
        {
          topicId,
          topic: name,
          partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1e7 }],
        },
      ],
      forgottenTopicsData: [],
      rackId: '',
    })
    const { errorCode, records: bytes, highWatermark } = responses[0]!.partitions[0]!
    expect(errorCode).toBe(0)
    for (const at of layout.batches(bytes!)) {
      for (const _ of records(bytes!, at)) count++
      fetchOffset = layout.lastOffsetOf(bytes!, at) + 1n
    }
    if (fetchOffset >= highWatermark) break
  }
  connection.close()
  return count
}

test('batches that stand for far more than they are', async () => {
  const name = await besides('bombs')
  const before = hasProc ? memory() : 0
  const sound = { key: null, value: Buffer.from('x'), timestamp: 1n }
  await whileServing(async () => {
    // Below max.message.bytes as they come, and beyond all measure unpacked; then the largest that is unpacked at all.
    for (const [compression, bytes] of bombs) {
      const request = produced(
        name,
        bomb(encodeBatch({ compression }, [sound]), compression, bytes),
      )
      await Promise.all(
        Array.from({ length: 3 }, () => send(target, request, { patienceMs: 30_000 })),
      )
    }
  })
  // The limit of one batch, in pieces and as a whole, and what the collector had no time for. All of them together would be 4 GB.
  if (hasProc) expect(memory() - before).toBeLessThan(1200)
}, 120_000)

const mebibyte = 1024 * 1024
const bombs = [
  ['gzip', 300 * mebibyte],
  ['zstd', 300 * mebibyte],
  ['lz4', 200 * mebibyte],
  ['snappy', 20 * mebibyte],
  ['gzip', 120 * mebibyte],
  ['zstd', 250 * mebibyte],
] as const

test(
  'pure garbage',
  async () => {
    await whileServing(async () => {
      let cases = 0
      for (const seed of fuzzSeeds(0.2)) {
        const garbage = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), {
          minLength: 20,
          maxLength: 20,
        })
        const property = fc.asyncProperty(garbage, async (pieces) => {
          await Promise.all(pieces.map((bytes) => send(target, bytes)))
          await Promise.all(pieces.map((bytes) => send(target, prefixed(bytes))))
        })
        await fc.assert(property, { numRuns: 15, seed, endOnFailure: true })
        cases += 15 * 40
      }
      tellOf(cases)
    })
  },
  fuzzTimeoutMs,
)
