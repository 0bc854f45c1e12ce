import { describe, expect, test } from 'vitest'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encode } from '../../src/protocol/codec.ts'
import { code, type KafkaError } from '../../src/protocol/errors.ts'
import type { AnyApi } from '../../src/protocol/schema.ts'
import { Connection, type ConnectionOptions } from '../../src/wire/connection.ts'
import { MemoryNet } from '../client/support/memory-net.ts'
import { ScriptedBroker } from '../client/support/scripted-broker.ts'
import { play, SimClock } from '../client/support/time.ts'

const address = { host: 'broker', port: 9092 }

const served = (...apis: [AnyApi, number, number][]) => ({
  errorCode: 0,
  apiKeys: apis.map(([api, minVersion, maxVersion]) => ({
    apiKey: api.key,
    minVersion,
    maxVersion,
  })),
})

const usual = served([apiVersions, 0, 4], [heartbeat, 0, 4], [listGroups, 0, 5], [produce, 0, 13])

async function world(options: Partial<ConnectionOptions> = {}, answer = usual) {
  const net = new MemoryNet()
  const clock = new SimClock()
  const broker = new ScriptedBroker().on(apiVersions, () => answer)
  await broker.listen(net, address)
  const open = () =>
    play(
      clock,
      Connection.open({
        net,
        clock,
        address,
        clientId: 'test',
        connectTimeoutMs: 1000,
        requestTimeoutMs: 2000,
        ...options,
      }),
    )
  return { net, clock, broker, open }
}

const beat = { groupId: 'g', generationId: 1, memberId: 'm' }

const failureOf = (promise: Promise<unknown>): Promise<KafkaError> =>
  promise.then(
    () => {
      throw new Error('it succeeded')
    },
    (error) => error,
  )

describe('versions are agreed on once, when the connection begins', () => {
  test('the newest that both know is spoken', async () => {
    const { broker, open, clock } = await world({}, served([apiVersions, 0, 4], [heartbeat, 0, 2]))
    const versions: number[] = []
    broker.on(heartbeat, (_, { version }) => {
      versions.push(version)
      return { errorCode: 0 }
    })
    const connection = await open()
    await play(clock, connection.call(heartbeat, beat))
    await play(clock, connection.call(heartbeat, beat, { highest: 1 }))
    await play(clock, connection.call(heartbeat, beat, { version: 0 }))
    expect(versions).toEqual([2, 1, 0])
    expect(broker.asked.filter((name) => name === 'ApiVersions')).toHaveLength(1)
  })

  test('an API that the broker does not have is refused before anything is sent', async () => {
    const { broker, open } = await world()
    const connection = await open()
    const failure = await failureOf(
      connection.call(describeCluster, { includeClusterAuthorizedOperations: false }),
    )
    expect(failure.error).toBe('UNSUPPORTED_VERSION')
    expect(broker.asked).toEqual(['ApiVersions'])
  })

  test.each([
    { highest: 2, why: 'a broker that tells its range' },
    { highest: null, why: 'an old broker that tells nothing' },
  ])('too new a question is asked again: $why', async ({ highest }) => {
    const { broker, open } = await world()
    const versions: number[] = []
    broker.on(apiVersions, (_, { version, correlationId, sendRaw }) => {
      versions.push(version)
      if (version <= (highest ?? 0)) return usual
      const refusal = {
        errorCode: code('UNSUPPORTED_VERSION'),
        apiKeys:
          highest === null ? [] : [{ apiKey: apiVersions.key, minVersion: 0, maxVersion: highest }],
      }
      const id = Buffer.alloc(4)
      id.writeInt32BE(correlationId)
      sendRaw(Buffer.concat([id, encode(apiVersions.response, 0, refusal)]))
      return null
    })
    const connection = await open()
    expect(versions).toEqual([4, highest ?? 0])
    expect(connection.version(heartbeat)).toBe(4)
  })

  test('what the broker refuses for good ends the connection', async () => {
    const { open, clock } = await world(
      {},
      { errorCode: code('CLUSTER_AUTHORIZATION_FAILED'), apiKeys: [] },
    )
    expect((await failureOf(play(clock, open()))).error).toBe('CLUSTER_AUTHORIZATION_FAILED')
  })
})

describe('requests go out at once and are answered in their order', () => {
  test('many under way at the same time', async () => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, ({ memberId }) => ({ errorCode: 0, throttleTimeMs: Number(memberId) }))
    const connection = await open()
    const calls = Array.from({ length: 50 }, (_, i) =>
      connection.call(heartbeat, { ...beat, memberId: `${i}` }),
    )
    expect(connection.inFlight).toBe(50)
    const answers = await play(clock, Promise.all(calls))
    expect(answers.map(({ throttleTimeMs }) => throttleTimeMs)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    )
    expect(connection.inFlight).toBe(0)
  })

  test('correlation ids begin anew behind the largest', async () => {
    const { broker, open, clock } = await world({ firstCorrelationId: 2 ** 31 - 2 })
    const ids: number[] = []
    broker.on(heartbeat, (_, { correlationId }) => {
      ids.push(correlationId)
      return { errorCode: 0 }
    })
    const connection = await open()
    for (let i = 0; i < 3; i++) await play(clock, connection.call(heartbeat, beat))
    expect(ids).toEqual([2 ** 31 - 1, 0, 1])
  })

  test('a request without an answer does not wait for one', async () => {
    const { broker, open, clock } = await world()
    broker.on(produce, () => null).on(heartbeat, () => ({ errorCode: 0 }))
    const connection = await open()
    connection.tell(produce, { acks: 0, timeoutMs: 1, topicData: [] })
    expect(connection.inFlight).toBe(0)
    expect(await play(clock, connection.call(heartbeat, beat))).toMatchObject({ errorCode: 0 })
  })

  test('a broker that asks to be left alone is remembered to have asked', async () => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, () => ({ errorCode: 0, throttleTimeMs: 700 }))
    const connection = await open()
    await play(clock, connection.call(heartbeat, beat))
    expect(connection.throttledUntil).toBe(clock.monotonic() + 700)
  })
})

describe('what ends a connection ends every call on it, with the reason', () => {
  test('the broker goes', async () => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, (_, { drop }) => {
      drop()
      return null
    })
    const connection = await open()
    const calls = [connection.call(heartbeat, beat), connection.call(listGroups, {})]
    const failures = await play(clock, Promise.all(calls.map(failureOf)))
    for (const { error, message } of failures) {
      expect(error).toBe('NETWORK_EXCEPTION')
      expect(message).toBe('the connection to broker:9092 was lost')
    }
    expect(connection.isOpen).toBe(false)
    expect((await failureOf(connection.call(heartbeat, beat))).error).toBe('NETWORK_EXCEPTION')
  })

  test('an answer does not come in time', async () => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, () => null)
    const connection = await open()
    const late = failureOf(connection.call(heartbeat, beat, { timeoutMs: 300 }))
    const behind = failureOf(connection.call(heartbeat, beat))
    expect(await play(clock, late)).toMatchObject({
      error: 'REQUEST_TIMED_OUT',
      message: 'broker:9092 did not answer Heartbeat within 300 ms',
    })
    expect((await play(clock, behind)).error).toBe('NETWORK_EXCEPTION')
  })

  const answers: { why: string; bytes: string }[] = [
    { why: 'another correlation id', bytes: '00000063' + '000000000000' },
    { why: 'an answer that is cut off', bytes: '00000001' + '00' },
    { why: 'nothing', bytes: '' },
  ]
  test.each(answers)('$why instead of an answer', async ({ bytes }) => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, (_, { sendRaw }) => {
      sendRaw(Buffer.from(bytes, 'hex'))
      return null
    })
    const connection = await open()
    const failure = await play(clock, failureOf(connection.call(heartbeat, beat)))
    expect(failure.error).toBe('NETWORK_EXCEPTION')
    expect(failure.message).toContain('broker:9092 sent what is no answer')
    expect(connection.isOpen).toBe(false)
  })

  test('an answer larger than the limit', async () => {
    const { broker, open, clock } = await world({ responseBytesMax: 1000 })
    broker.on(listGroups, () => ({
      errorCode: 0,
      groups: [{ groupId: 'g'.repeat(1000), protocolType: '', groupState: '', groupType: '' }],
    }))
    const connection = await open()
    const failure = await play(clock, failureOf(connection.call(listGroups, {})))
    expect(failure.message).toContain('the limit is 1000')
  })

  test('a request larger than the limit is not sent, and nothing else is harmed', async () => {
    const { broker, open, clock } = await world({ requestBytesMax: 1000 })
    broker.on(heartbeat, () => ({ errorCode: 0 }))
    const connection = await open()
    const failure = await failureOf(
      connection.call(heartbeat, { ...beat, memberId: 'm'.repeat(1000) }),
    )
    expect(failure.error).toBe('INVALID_REQUEST')
    expect(await play(clock, connection.call(heartbeat, beat))).toMatchObject({ errorCode: 0 })
  })

  test('a request that cannot be written is not sent, and nothing else is harmed', async () => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, () => ({ errorCode: 0 }))
    const connection = await open()
    const failure = await failureOf(
      connection.call(heartbeat, { ...beat, groupInstanceId: 'static' }, { version: 1 }),
    )
    expect(failure.error).toBe('UNSUPPORTED_VERSION')
    expect(await play(clock, connection.call(heartbeat, beat))).toMatchObject({ errorCode: 0 })
  })

  test('nobody listens', async () => {
    const { open, net } = await world()
    net.unreachable.add('broker:9092')
    const failure = await failureOf(open())
    expect(failure.error).toBe('NETWORK_EXCEPTION')
    expect(failure.message).toBe(
      'connecting to broker:9092 failed: connect ECONNREFUSED broker:9092',
    )
    expect(failure.cause).toBeInstanceOf(Error)
  })

  test('nobody answers', async () => {
    const { open, net } = await world()
    net.silent.add('broker:9092')
    const failure = await failureOf(open())
    expect(failure.message).toBe('connecting to broker:9092 failed: no answer within 1000 ms')
  })

  test('we close it ourselves', async () => {
    const { broker, open, clock } = await world()
    broker.on(heartbeat, () => null)
    const connection = await open()
    const causes: string[] = []
    connection.onClose(({ message }) => causes.push(message))
    const call = failureOf(connection.call(heartbeat, beat))
    connection.close()
    expect((await play(clock, call)).message).toBe('the connection to broker:9092 was closed')
    expect(causes).toEqual(['the connection to broker:9092 was closed'])
  })
})

test('authentication comes after the versions and before everything else', async () => {
  const { broker, open, clock } = await world({
    authenticate: async (connection) => {
      await connection.call(listGroups, {})
    },
  })
  broker
    .on(listGroups, () => ({ errorCode: 0, groups: [] }))
    .on(heartbeat, () => ({ errorCode: 0 }))
  const connection = await open()
  await play(clock, connection.call(heartbeat, beat))
  expect(broker.asked).toEqual(['ApiVersions', 'ListGroups', 'Heartbeat'])
  expect(connection.version(fetch)).toBeNull()
})
