/** One listener with handlers of the test's own, over a real unix socket. */
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred } from '../../src/base/deferred.ts'
import type { Broker } from '../../src/broker/broker.ts'
import { type Call, type Handler, handler } from '../../src/broker/handler.ts'
import { Refusal } from '../../src/broker/refusal.ts'
import { Server, type ServerOptions } from '../../src/broker/server.ts'
import { systemClock } from '../../src/host/clock.ts'
import { systemNet } from '../../src/host/net.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import {
  decodeFrom,
  encode,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../src/protocol/codec.ts'
import { requestHeader, responseHeader } from '../../src/protocol/headers.ts'
import { Reader } from '../../src/protocol/reader.ts'
import type { AnyApi, SentRequestOf } from '../../src/protocol/schema.ts'
import { FrameReader, framePrefix } from '../../src/wire/frames.ts'
import { type LogLine, rememberingLogger } from '../support/log-lines.ts'

let folder: string
let servers: Server[]
let sockets: net.Socket[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jackdaw-server-'))
  servers = []
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(servers.map((server) => server.close(0)))
  rmSync(folder, { recursive: true, force: true })
})

async function serve(
  handlers: readonly Handler[],
  options: Partial<ServerOptions> = {},
): Promise<{ path: string; server: Server; lines: LogLine[] }> {
  const logger = rememberingLogger()
  const path = join(folder, `${servers.length}.sock`)
  const server = new Server({
    net: systemNet,
    broker: { clock: systemClock, logger } as unknown as Broker,
    handlers: new Map(handlers.map((each) => [each.api.key, each])),
    name: 'TEST',
    address: { path },
    requestBytesMax: 100_000,
    connectionsMax: 100,
    idleMsMax: -1,
    ready: Promise.resolve(),
    ...options,
  })
  servers.push(server)
  await server.listen()
  return { path, server, lines: logger.lines }
}

interface Client {
  socket: net.Socket
  frames: Buffer[]
  /** Resolves when so many frames have come. */
  received(count: number): Promise<Buffer[]>
  closed: Promise<void>
}

async function connect(path: string, { allowHalfOpen = false } = {}): Promise<Client> {
  const socket = net.connect({ path, allowHalfOpen })
  sockets.push(socket)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.on('error', () => {})
  const frames: Buffer[] = []
  const waiting = new Set<() => void>()
  const reader = new FrameReader(1 << 30)
  socket.on('data', (chunk) => {
    reader.push(chunk, (frame) => frames.push(Buffer.from(frame)))
    for (const look of waiting) look()
  })
  return {
    socket,
    frames,
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (frames.length < count) return
          waiting.delete(look)
          resolve(frames)
        }
        waiting.add(look)
        look()
      }),
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
  }
}

interface RequestOptions {
  version?: number
  correlationId?: number
  clientId?: string | null
}

function request<A extends AnyApi>(
  api: A,
  value: SentRequestOf<A>,
  { version = api.versions[1], correlationId = 1, clientId = 'test' }: RequestOptions = {},
): Buffer {
  const headed = encode(requestHeader, requestHeaderVersion(api, version), {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId,
    clientId,
  })
  const content = Buffer.concat([headed, encode(api.request, version, value)])
  return Buffer.concat([framePrefix(content.length), content])
}

function response(api: AnyApi, frame: Uint8Array, version = api.versions[1]) {
  const reader = new Reader(frame)
  const { correlationId } = decodeFrom(reader, responseHeader, responseHeaderVersion(api, version))
  return { correlationId, ...decodeFrom(reader, api.response, version) }
}

const correlationIds = (frames: readonly Buffer[]): number[] =>
  frames.map((frame) => frame.readInt32BE(0))

const beat = (correlationId: number, memberId = '') =>
  request(heartbeat, { groupId: 'g', generationId: 1, memberId }, { correlationId })

const alive = handler(heartbeat, () => ({ errorCode: 0 }))

async function isServed(path: string): Promise<void> {
  const other = await connect(path)
  other.socket.write(beat(77))
  expect(correlationIds(await other.received(1))).toEqual([77])
  other.socket.destroy()
}

describe('what is no request closes that connection alone, with a line in the log', () => {
  const header = (key: number, version: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeInt16BE(key, 0)
    bytes.writeInt16BE(version, 2)
    return bytes
  }
  const framed = (content: Uint8Array) => Buffer.concat([framePrefix(content.length), content])
  test.each([
    { why: 'an empty frame', bytes: framed(Buffer.alloc(0)), told: 'a request of 0 bytes' },
    { why: 'half a header', bytes: framed(Buffer.alloc(5)), told: 'a request of 5 bytes' },
    { why: 'an unknown API', bytes: framed(header(9999, 0)), told: 'API key 9999 is not served' },
    { why: 'an API of others', bytes: framed(header(0, 9)), told: 'API key 0 is not served' },
    {
      why: 'a version too new',
      bytes: framed(header(12, 99)),
      told: 'Heartbeat version 99 is not served',
    },
    {
      why: 'a version below 0',
      bytes: framed(header(12, -1)),
      told: 'Heartbeat version -1 is not served',
    },
    {
      why: 'a body that is cut',
      bytes: framed(beat(1).subarray(4, 24)),
      told: 'Heartbeat version 4 cannot be read',
    },
    { why: 'a negative length', bytes: framePrefix(-1), told: 'a frame of -1 bytes' },
    {
      why: 'more than socket.request.max.bytes',
      bytes: framePrefix(100_001),
      told: 'a frame of 100001 bytes; the limit is 100000',
    },
    { why: 'a length of 2 GiB', bytes: framePrefix(2 ** 31 - 1), told: 'a frame of 2147483647' },
    { why: 'text', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'), told: 'a frame of 1195725856' },
  ])('$why', async ({ bytes, told }) => {
    const { path, lines } = await serve([alive])
    const neighbour = await connect(path)
    const client = await connect(path)
    client.socket.write(bytes)
    await client.closed
    expect(client.frames).toEqual([])
    expect(lines).toEqual([
      {
        level: 'warn',
        fields: { listener: 'TEST', client: '' },
        message: expect.stringContaining(`connection closed: ${told}`),
      },
    ])
    neighbour.socket.write(beat(5))
    expect(correlationIds(await neighbour.received(1))).toEqual([5])
    await isServed(path)
  })

  test('a version that Kafka holds back as unstable', async () => {
    const { path, lines } = await serve([handler(initProducerId, () => null)])
    const client = await connect(path)
    const value = { transactionalId: null, transactionTimeoutMs: 1, enable2Pc: false }
    client.socket.write(request(initProducerId, value, { version: 6 }))
    await client.closed
    expect(lines[0]!.message).toContain('InitProducerId version 6 is not served')
  })

  test('what came before it is answered', async () => {
    const { path } = await serve([handler(heartbeat, async () => ({ errorCode: 0 }))])
    const client = await connect(path)
    client.socket.write(Buffer.concat([beat(1), beat(2), Buffer.from('nonsense, much of it')]))
    await client.closed
    expect(correlationIds(client.frames)).toEqual([1, 2])
  })

  test('a handler that refuses, or fails in a way nobody foresaw', async () => {
    const failing = handler(heartbeat, (_, { memberId }) => {
      throw memberId === 'refused' ? new Refusal('no') : new Error('a bug')
    })
    const { path, lines } = await serve([failing])
    for (const member of ['refused', 'unforeseen']) {
      const client = await connect(path)
      client.socket.write(beat(1, member))
      await client.closed
    }
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'warn: connection closed: no',
      'error: connection closed: a request failed in a way nobody foresaw',
    ])
  })
})

test('pipelined requests are answered in their order, whichever is ready first', async () => {
  const gates = new Map(['a', 'b', 'c'].map((name) => [name, deferred<void>()]))
  const began: string[] = []
  const slow = handler(heartbeat, async (_, { memberId }) => {
    began.push(memberId)
    await gates.get(memberId)!.promise
    return { errorCode: 0 }
  })
  const { path } = await serve([slow, handler(listGroups, () => ({ errorCode: 0, groups: [] }))])
  const client = await connect(path)
  client.socket.write(
    Buffer.concat([
      beat(1, 'a'),
      beat(2, 'b'),
      request(listGroups, {}, { correlationId: 3 }),
      beat(4, 'c'),
    ]),
  )
  gates.get('c')!.resolve()
  gates.get('b')!.resolve()
  await freeIsServed()
  // One after the other, as Kafka does: the second begins when the first is answered.
  expect(began.filter((name) => name !== 'free')).toEqual(['a'])
  gates.get('a')!.resolve()
  expect(correlationIds(await client.received(4))).toEqual([1, 2, 3, 4])

  async function freeIsServed(): Promise<void> {
    gates.set('free', deferred())
    gates.get('free')!.resolve()
    const other = await connect(path)
    other.socket.write(beat(9, 'free'))
    await other.received(1)
  }
})

describe('Produce requests that wait for replicas', () => {
  const write = (correlationId: number, transactionalId: string | null = `${correlationId}`) =>
    request(
      produce,
      { acks: -1, timeoutMs: 1000, topicData: [], transactionalId },
      { correlationId, version: 9 },
    )
  const answer = { responses: [] }
  /** Each waits, until its gate opens. */
  function waiting() {
    const began: string[] = []
    const gates = new Map<string, ReturnType<typeof deferred<void>>>()
    const handle = handler(produce, async (_, { transactionalId }) => {
      if (transactionalId === 'refused') throw new Refusal('no')
      began.push(transactionalId!)
      gates.set(transactionalId!, deferred())
      await gates.get(transactionalId!)!.promise
      return answer
    })
    return { began, open: (name: number) => gates.get(`${name}`)!.resolve(), handle }
  }
  const whenBegan = (began: readonly string[], count: number) =>
    vi.waitFor(() => expect(began).toHaveLength(count), { timeout: 20_000 })

  test('let the next ones append, and are answered in their order', async () => {
    const { began, open, handle } = waiting()
    const { path } = await serve([handle])
    const client = await connect(path)
    client.socket.write(Buffer.concat([write(1), write(2)]))
    await whenBegan(began, 2)
    client.socket.write(write(3))
    await whenBegan(began, 3)
    expect(began).toEqual(['1', '2', '3'])
    open(3)
    open(2)
    await isServed((await serve([alive])).path)
    expect(client.frames).toEqual([])
    open(1)
    expect(correlationIds(await client.received(3))).toEqual([1, 2, 3])
  })

  test('are not overtaken by anything else, and overtake nothing else', async () => {
    const { began, open, handle } = waiting()
    const gate = deferred<void>()
    const beats: string[] = []
    const slow = handler(heartbeat, async (_, { memberId }) => {
      beats.push(memberId)
      await gate.promise
      return { errorCode: 0 }
    })
    const { path } = await serve([handle, slow])
    const client = await connect(path)
    client.socket.write(Buffer.concat([write(1), write(2), beat(3, 'beat'), write(4)]))
    await whenBegan(began, 2)
    open(2)
    open(1)
    await client.received(2)
    await vi.waitFor(() => expect(beats).toEqual(['beat']), { timeout: 20_000 })
    expect(began).toEqual(['1', '2'])
    gate.resolve()
    await whenBegan(began, 3)
    open(4)
    expect(correlationIds(await client.received(4))).toEqual([1, 2, 3, 4])
  })

  test('go ahead so far and no further', async () => {
    const { began, open, handle } = waiting()
    const { path } = await serve([handle])
    const client = await connect(path)
    const count = 200
    const all = Array.from({ length: count }, (_, i) => i + 1)
    client.socket.write(Buffer.concat(all.map((id) => write(id))))
    for (const id of all) {
      await whenBegan(began, Math.min(count, id + 64))
      open(id)
      await client.received(id)
    }
    expect(correlationIds(client.frames)).toEqual(all)
    expect(began).toEqual(all.map(String))
  })

  test('a refused one closes the connection when those before it are answered', async () => {
    const { began, open, handle } = waiting()
    const { path } = await serve([handle])
    const client = await connect(path)
    client.socket.write(Buffer.concat([write(1), write(2), write(3, 'refused'), write(4)]))
    await whenBegan(began, 3)
    open(2)
    open(1)
    await client.closed
    expect(correlationIds(client.frames)).toEqual([1, 2])
  })

  test('are answered when the broker stops', async () => {
    const { began, open, handle } = waiting()
    const { path, server } = await serve([handle])
    const client = await connect(path)
    client.socket.write(Buffer.concat([write(1), write(2)]))
    await whenBegan(began, 2)
    const closed = server.close(20_000)
    open(1)
    open(2)
    await closed
    await client.closed
    expect(correlationIds(client.frames)).toEqual([1, 2])
  })
})

test.each([2 ** 31 - 1, -1, -(2 ** 31), 0])('correlation id %i comes back', async (id) => {
  const { path } = await serve([alive])
  const client = await connect(path)
  client.socket.write(beat(id))
  expect(correlationIds(await client.received(1))).toEqual([id])
})

test.each([
  { version: 3, clientId: null },
  { version: 4, clientId: null },
  { version: 4, clientId: 'käse' },
])('a handler sees client id $clientId of version $version', async ({ version, clientId }) => {
  const calls: Call[] = []
  const noting = handler(heartbeat, (_, __, call) => {
    calls.push(call)
    return { errorCode: 0 }
  })
  const { path } = await serve([noting])
  const client = await connect(path)
  const value = { groupId: 'g', generationId: 1, memberId: '' }
  client.socket.write(request(heartbeat, value, { version, clientId, correlationId: 3 }))
  await client.received(1)
  expect(calls).toMatchObject([
    { apiVersion: version, clientId, correlationId: 3, clientHost: '127.0.0.1', listener: 'TEST' },
  ])
})

test('an ApiVersions request of the future learns our versions, in the oldest form', async () => {
  const { path } = await serve([handler(apiVersions, () => null), alive])
  const client = await connect(path)
  const bytes = request(apiVersions, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })
  bytes.writeInt16BE(57, 6)
  client.socket.write(bytes)
  const [frame] = await client.received(1)
  expect(response(apiVersions, frame!, 0)).toMatchObject({
    correlationId: 1,
    errorCode: 35,
    apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
  })
})

test('null is no answer, and the next request is answered', async () => {
  const silent = handler(heartbeat, (_, { memberId }) =>
    memberId === 'silent' ? null : { errorCode: 0 },
  )
  const { path } = await serve([silent])
  const client = await connect(path)
  client.socket.write(Buffer.concat([beat(1, 'silent'), beat(2)]))
  expect(correlationIds(await client.received(1))).toEqual([2])
})

test('a client that does not read is not served ahead, and gets everything when it reads', async () => {
  const answerBytes = 1 << 20
  const count = 200
  let handled = 0
  const large = handler(describeCluster, () => {
    handled++
    return { errorCode: 0, errorMessage: 'x'.repeat(30_000), clusterId: '', brokers: brokers() }
  })
  const brokers = () =>
    Array.from({ length: answerBytes / 1000 }, (_, brokerId) => ({
      brokerId,
      host: 'h'.repeat(980),
      port: 1,
    }))
  const { path } = await serve([large])
  const client = await connect(path)
  client.socket.pause()
  const ask = (correlationId: number) =>
    request(describeCluster, { includeClusterAuthorizedOperations: false }, { correlationId })
  for (let id = 0; id < count; id++) client.socket.write(ask(id))
  // Whoever reads is served meanwhile, so the broker has had its turns.
  for (let i = 0; i < 5; i++) {
    const other = await connect(path)
    other.socket.write(ask(1))
    await other.received(1)
    other.socket.destroy()
  }
  expect(handled - 5).toBeLessThan(20)
  client.socket.resume()
  expect(correlationIds(await client.received(count))).toEqual(
    Array.from({ length: count }, (_, id) => id),
  )
})

test('a client that is far ahead is not read from, but for what fits into the queue', async () => {
  const gate = deferred<void>()
  const waiting = handler(heartbeat, async (_, { memberId }) => {
    if (memberId === large) await gate.promise
    return { errorCode: 0 }
  })
  const large = 'm'.repeat(32_000)
  const { path } = await serve([waiting])
  const client = await connect(path)
  const count = 600
  for (let id = 0; id < count; id++) client.socket.write(beat(id, large))
  for (let i = 0; i < 20; i++) await isServed(path)
  // 600 requests of 32 kB are 19 MB: most of them still wait on the client's side.
  expect(client.socket.writableLength).toBeGreaterThan(10_000_000)
  gate.resolve()
  expect(correlationIds(await client.received(count))).toHaveLength(count)
})

test('a client that has shut its side reads all answers, and nobody makes it wait', async () => {
  const waiting = handler(heartbeat, async (_, { memberId }, { gone }) => {
    if (memberId === 'waits') {
      await new Promise<void>((resolve) => {
        if (gone.aborted) resolve()
        gone.addEventListener('abort', () => resolve())
      })
    }
    return { errorCode: 0 }
  })
  const { path } = await serve([waiting])
  const client = await connect(path, { allowHalfOpen: true })
  client.socket.end(Buffer.concat([beat(1), beat(2, 'waits'), beat(3)]))
  await client.closed
  expect(correlationIds(client.frames)).toEqual([1, 2, 3])
})

test('a connection that is gone is told to who works for it', async () => {
  const seen = deferred<void>()
  const told = deferred<void>()
  const waiting = handler(heartbeat, (_, __, { gone }) => {
    seen.resolve()
    return new Promise((resolve) => {
      gone.addEventListener('abort', () => {
        told.resolve()
        resolve({ errorCode: 0 })
      })
    })
  })
  const { path, server } = await serve([waiting])
  const client = await connect(path)
  client.socket.write(beat(1))
  await seen.promise
  client.socket.destroy()
  await told.promise
  await client.closed
  await server.close(0)
  expect(server.connectionCount).toBe(0)
})

test('requests wait until the broker is ready', async () => {
  const ready = deferred<void>()
  let handled = 0
  const counting = handler(heartbeat, () => {
    handled++
    return { errorCode: 0 }
  })
  const { path } = await serve([counting], { ready: ready.promise })
  const client = await connect(path)
  client.socket.write(Buffer.concat([beat(1), beat(2)]))
  const gone = await connect(path)
  gone.socket.end()
  await gone.closed
  expect(handled).toBe(0)
  ready.resolve()
  expect(correlationIds(await client.received(2))).toEqual([1, 2])
})

describe('closing', () => {
  test('answers what is being worked on, takes nothing more, and does not wait for long polls', async () => {
    const began = deferred<void>()
    const work = deferred<void>()
    const working = handler(heartbeat, async (_, { memberId }, { gone }) => {
      if (memberId === 'work') {
        began.resolve()
        await work.promise
      }
      if (memberId === 'poll') {
        await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve()))
      }
      return { errorCode: 0 }
    })
    const { path, server } = await serve([working])
    const [busy, polling, idle] = [await connect(path), await connect(path), await connect(path)]
    polling.socket.write(beat(3, 'poll'))
    busy.socket.write(Buffer.concat([beat(1, 'work'), beat(2)]))
    await began.promise
    const closed = server.close(20_000)
    await idle.closed
    await polling.closed
    work.resolve()
    await busy.closed
    await closed
    expect(correlationIds(busy.frames)).toEqual([1])
    expect(correlationIds(polling.frames)).toEqual([3])
    await expect(connect(path)).rejects.toThrow()
  })

  test('who takes too long is cut off', async () => {
    const began = deferred<void>()
    const endless = handler(heartbeat, () => {
      began.resolve()
      return new Promise<never>(() => {})
    })
    const { path, server } = await serve([endless])
    const client = await connect(path)
    client.socket.write(beat(1))
    await began.promise
    await server.close(10)
    await client.closed
    expect(client.frames).toEqual([])
  })
})

test('max.connections: one more is closed, and the place of one that goes is free', async () => {
  const { path, lines } = await serve([alive], { connectionsMax: 1 })
  const first = await connect(path)
  first.socket.write(beat(1))
  await first.received(1)
  const second = await connect(path)
  await second.closed
  expect(lines).toMatchObject([{ level: 'warn', message: 'too many connections' }])
  first.socket.end()
  await first.closed
  await isServed(path)
})

test('connections.max.idle.ms: who is silent is closed, who waits for an answer is not', async () => {
  const gate = deferred<void>()
  const waiting = handler(heartbeat, async () => {
    await gate.promise
    return { errorCode: 0 }
  })
  const { path, lines } = await serve([waiting], { idleMsMax: 20 })
  const working = await connect(path)
  working.socket.write(beat(1))
  const idle = await connect(path)
  await idle.closed
  expect(lines).toMatchObject([{ level: 'debug', message: 'connection closed: it was idle' }])
  gate.resolve()
  expect(correlationIds(await working.received(1))).toEqual([1])
})
