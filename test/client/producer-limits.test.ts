import { describe, expect, test } from 'vitest'
import { partitionForKey } from '../../src/base/murmur2.ts'
import type {
  Delivery,
  DeliveryFailure,
  ProducerOptions,
} from '../../src/client/producer/settings.ts'
import { Producer } from '../../src/client/producer.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { type Slices, spanWidth } from '../../src/protocol/batch/spans.ts'
import { code } from '../../src/protocol/errors.ts'
import { ScriptedCluster } from './support/scripted-cluster.ts'
import { pass, play } from './support/time.ts'

async function begin(cluster: ScriptedCluster, options: ProducerOptions = {}) {
  const failures: DeliveryFailure[] = []
  const delivered: Delivery[] = []
  const producer = new Producer(cluster.options(), {
    lingerMs: 0,
    onFailure: (each) => failures.push(each),
    onDelivered: (each) => delivered.push(each),
    ...options,
  })
  const topic = await play(cluster.clock, producer.topic('t'))
  return { producer, topic, failures, delivered }
}

const bytes = (text: string) => Buffer.from(text)

/** The cut of a chunk into lines, as a tool makes it; a tab ends the key. */
function cut(text: string): Slices {
  const source = Buffer.from(text)
  const numbers: number[] = []
  for (let start = 0; start < source.length; ) {
    const end = source.indexOf(10, start)
    const tab = source.subarray(start, end).indexOf(9)
    if (tab < 0) numbers.push(-1, -1, start, end, 0, 0, 0)
    else numbers.push(start, start + tab, start + tab + 1, end, 0, 0, 0)
    start = end + 1
  }
  return { source, spans: Int32Array.from(numbers), count: numbers.length / spanWidth }
}

describe('what cannot be delivered is told once, by the numbers of its records', () => {
  test('a batch that is refused for good; the others are delivered', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    let request = 0
    cluster.produceFault = () =>
      request++ === 1 ? { kind: 'error', error: 'INVALID_RECORD' } : null
    const { producer, topic, failures, delivered } = await begin(cluster, { batchSize: 110 })
    for (let i = 0; i < 10; i++) topic.append(1, null, bytes(`record ${i}`))
    await play(cluster.clock, producer.close())
    expect(failures).toHaveLength(1)
    const [failure] = failures
    expect(failure).toMatchObject({ topic: 't', partition: 0, count: 2 })
    expect(failure!.error.error).toBe('INVALID_RECORD')
    const lost = failure!.ranges.flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, i) => first + i),
    )
    expect(
      [...failure!.records()].map(({ number, keySize, valueSize }) => [number, keySize, valueSize]),
    ).toEqual(lost.map((number) => [number, -1, 8]))
    const kept = Array.from({ length: 10 }, (_, i) => i).filter((i) => !lost.includes(i))
    expect(partition!.values).toEqual(kept.map((i) => `record ${i}`))
    const counted = delivered.flatMap(({ ranges }) => ranges).map(({ count }) => count)
    expect(counted.reduce((a, b) => a + b)).toBe(8)
  })

  test('nobody leads the partition for longer than delivery.timeout.ms', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    const { producer, topic, failures } = await begin(cluster, { deliveryTimeoutMs: 5000 })
    cluster.produceFault = () => {
      partition!.leader = -1
      return { kind: 'error', error: 'NOT_LEADER_OR_FOLLOWER' }
    }
    topic.append(1, bytes('k'), bytes('value'))
    topic.append(1, bytes('k'), bytes('value'))
    await play(cluster.clock, producer.flush())
    expect(failures).toHaveLength(1)
    expect(failures[0]!.error.error).toBe('REQUEST_TIMED_OUT')
    expect(failures[0]!.error.message).toMatch(
      /^Expiring 2 record\(s\) for t-0:5\d{3} ms has passed since batch creation\. The request has not been sent, or no server response has been received yet\.$/,
    )
    expect(failures[0]!.ranges).toEqual([{ first: 0, count: 2 }])
    partition!.leader = 1
    cluster.produceFault = () => null
    topic.append(1, null, bytes('later'))
    await play(cluster.clock, producer.close())
    expect(partition!.values).toEqual(['later'])
  })

  test('it is tried as often as retries says, and not once more', async () => {
    const cluster = await ScriptedCluster.start(1)
    cluster.addTopic('t', [1])
    let requests = 0
    cluster.produceFault = () => {
      requests++
      return { kind: 'error', error: 'NOT_ENOUGH_REPLICAS' }
    }
    const { producer, topic, failures } = await begin(cluster, { retries: 3 })
    topic.append(1, null, bytes('value'))
    await play(cluster.clock, producer.close())
    expect(requests).toBe(4)
    expect(failures.map(({ error }) => error.error)).toEqual(['NOT_ENOUGH_REPLICAS'])
  })

  test('where no record fits into the memory, each is refused, and there is always room for the next', async () => {
    const cluster = await ScriptedCluster.start(1)
    cluster.addTopic('t', [1])
    const { producer, topic, failures } = await begin(cluster, { bufferMemory: 0 })
    expect(topic.append(1, null, bytes('one'))).toBe(true)
    expect(topic.appendSpans(1, cut('two\nthree\n'))).toBe(true)
    await producer.room()
    await play(cluster.clock, producer.close())
    expect(failures.map(({ error }) => error.error)).toEqual(
      Array.from({ length: 3 }, () => 'MESSAGE_TOO_LARGE'),
    )
  })

  test('records that are too large are refused before anything is sent, in the words of Kafka', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    const { producer, topic, failures } = await begin(cluster, { maxRequestSize: 1000 })
    topic.append(1, null, bytes('before'))
    topic.append(1, null, Buffer.alloc(1000, 120))
    const slices = cut(`short\n${'y'.repeat(2000)}\nafter\n`)
    topic.appendSpans(1, slices)
    await play(cluster.clock, producer.close())
    // 61 of the batch, 21 of the record, 1 for the null key, 2 for the length of 1000, 1 for no headers
    expect(failures.map(({ error }) => error.message)).toEqual([
      'The message is 1086 bytes when serialized which is larger than 1000, which is the value of the max.request.size configuration.',
      'The message is 2086 bytes when serialized which is larger than 1000, which is the value of the max.request.size configuration.',
    ])
    expect(failures.map(({ ranges }) => ranges)).toEqual([
      [{ first: 1, count: 1 }],
      [{ first: 3, count: 1 }],
    ])
    expect(partition!.values).toEqual(['before', 'short', 'after'])
  })

  test('an id that the broker does not give', async () => {
    const cluster = await ScriptedCluster.start(1)
    cluster.addTopic('t', [1])
    cluster.brokers.get(1)!.on(initProducerId, () => ({
      errorCode: code('CLUSTER_AUTHORIZATION_FAILED'),
      producerId: -1n,
      producerEpoch: -1,
    }))
    const { producer, topic, failures } = await begin(cluster)
    topic.append(1, null, bytes('value'))
    await play(cluster.clock, producer.close())
    expect(failures.map(({ error }) => error.error)).toEqual(['CLUSTER_AUTHORIZATION_FAILED'])
  })

  test('a topic that is not there', async () => {
    const cluster = await ScriptedCluster.start(1)
    const producer = new Producer(cluster.options(), { maxBlockMs: 1500 })
    await expect(play(cluster.clock, producer.topic('nowhere'))).rejects.toMatchObject({
      error: 'REQUEST_TIMED_OUT',
      message: 'Topic nowhere not present in metadata after 1500 ms.',
    })
    await play(cluster.clock, producer.close())
  })
})

describe('a batch that the broker finds too large is cut', () => {
  test.each([
    { compression: 'none' as const, batchBytesMax: 300 },
    { compression: 'none' as const, batchBytesMax: 90 },
    { compression: 'gzip' as const, batchBytesMax: 200 },
  ])('$compression, up to $batchBytesMax bytes', async ({ compression, batchBytesMax }) => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    cluster.batchBytesMax = batchBytesMax
    const { producer, topic, failures } = await begin(cluster, { compression, batchSize: 5000 })
    const values = Array.from({ length: 300 }, (_, i) => `record ${i}`)
    for (const value of values) topic.append(1, null, bytes(value))
    await play(cluster.clock, producer.close())
    expect(failures).toEqual([])
    expect(partition!.values).toEqual(values)
  })

  test('down to the one record that is itself too large', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    cluster.batchBytesMax = 200
    const { producer, topic, failures } = await begin(cluster, { batchSize: 5000 })
    const values = Array.from({ length: 40 }, (_, i) => (i === 17 ? 'x'.repeat(500) : `${i}`))
    for (const value of values) topic.append(1, null, bytes(value))
    await play(cluster.clock, producer.close())
    expect(failures.map(({ ranges }) => ranges)).toEqual([[{ first: 17, count: 1 }]])
    expect(failures[0]!.error.error).toBe('MESSAGE_TOO_LARGE')
    expect(partition!.values).toEqual(values.filter((_, i) => i !== 17))
  })
})

describe('where records go', () => {
  const count = 3000
  const text = Array.from({ length: count }, (_, i) => `record number ${i}\n`).join('')

  test('those with a key go by its hash, whether they come alone or in a chunk', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', [1, 1, 1, 1, 1])
    const { producer, topic } = await begin(cluster)
    const keyed = Array.from({ length: count }, (_, i) => `key ${i % 100}\tvalue ${i}\n`)
    const slices = cut(keyed.join(''))
    topic.appendSpans(1, slices)
    for (let i = 0; i < count; i++)
      topic.append(1, bytes(`key ${i % 100}`), bytes(`value ${count + i}`))
    await play(cluster.clock, producer.close())
    const expected: string[][] = [[], [], [], [], []]
    for (let i = 0; i < 2 * count; i++) {
      expected[partitionForKey(bytes(`key ${i % 100}`), 5)]!.push(`value ${i}`)
    }
    expect(partitions.map(({ values }) => values)).toEqual(expected)
  })

  test('with the round-robin partitioner all take turns, whether they have a key or come in a chunk', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', [1, 1, 1])
    const { producer, topic } = await begin(cluster, { roundRobin: true })
    topic.appendSpans(1, cut('same\ta\nb\nsame\tc\nd\n'))
    for (const value of ['e', 'f']) topic.append(1, bytes('same'), bytes(value))
    await play(cluster.clock, producer.close())
    expect(partitions.map(({ values }) => values)).toEqual([
      ['a', 'd'],
      ['b', 'e'],
      ['c', 'f'],
    ])
  })

  test('those without go to one partition for a while, then to another, all about as often', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', [1, 1, 1])
    const { producer, topic } = await begin(cluster, { batchSize: 4000, stickyBytes: 500 })
    const slices = cut(text)
    topic.appendSpans(1, slices)
    await play(cluster.clock, producer.close())
    const all = partitions.flatMap(({ values }) => values)
    expect(all).toHaveLength(count)
    expect(new Set(all).size).toBe(count)
    for (const { values } of partitions) {
      expect(values.length).toBeGreaterThan(count / 5)
      const numbers = values.map((value) => Number(value.split(' ')[2]))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      const runs = numbers.filter((number, i) => number !== (numbers[i - 1] ?? -2) + 1).length
      expect(values.length / runs).toBeGreaterThan(15)
    }
  })

  test('those without avoid a partition without a leader', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', [1, -1, 1])
    const { producer, topic } = await begin(cluster, { batchSize: 500 })
    const slices = cut(text)
    topic.appendSpans(1, slices)
    await play(cluster.clock, producer.close())
    expect(partitions.map(({ values }) => values.length > 0)).toEqual([true, false, true])
  })

  test('records larger than a turn of the sticky partitioner', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', [1, 1])
    const { producer, topic } = await begin(cluster, { batchSize: 3000, stickyBytes: 100 })
    const large = Array.from(
      { length: 50 },
      (_, i) => `${i} ${'z'.repeat(i % 3 === 0 ? 4000 : 400)}\n`,
    )
    const slices = cut(large.join(''))
    topic.appendSpans(1, slices)
    await play(cluster.clock, producer.close())
    const all = partitions.flatMap(({ values }) => values)
    expect(all.map((value) => Number(value.split(' ')[0])).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    )
  })
})

describe('how much is kept, and how long', () => {
  test('the buffer is full, and has room again when the broker has answered', async () => {
    const cluster = await ScriptedCluster.start(1)
    cluster.addTopic('t', [1])
    const { producer, topic } = await begin(cluster, { bufferMemory: 2000, batchSize: 500 })
    let appended = 0
    while (topic.append(1, null, Buffer.alloc(100))) appended++
    expect(appended).toBeGreaterThan(15)
    expect(appended).toBeLessThan(20)
    let hasRoom = false
    const room = producer.room().then(() => {
      hasRoom = true
    })
    await Promise.resolve()
    expect(hasRoom).toBe(false)
    await play(cluster.clock, room)
    expect(producer.bufferedBytes).toBeLessThanOrEqual(1500)
    await play(cluster.clock, producer.close())
    expect(producer.bufferedBytes).toBe(0)
  })

  test('a buffer that is full of batches which are not does not wait for linger.ms', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', Array(8).fill(1))
    const lingerMs = 60_000
    const { producer, topic } = await begin(cluster, { bufferMemory: 4000, lingerMs })
    let appended = 0
    while (topic.append(1, null, Buffer.alloc(100), [], appended % 8)) appended++
    expect(partitions.every(({ values }) => values.length === 0)).toBe(true)
    const before = cluster.clock.monotonic()
    await play(cluster.clock, producer.room())
    expect(cluster.clock.monotonic() - before).toBeLessThan(lingerMs / 10)
    expect(producer.bufferedBytes).toBeLessThanOrEqual(3000)
    // The youngest batches go on filling.
    expect(producer.bufferedBytes).toBeGreaterThan(1000)
    await play(cluster.clock, producer.close())
    expect(partitions.reduce((sum, { values }) => sum + values.length, 0)).toBe(appended + 1)
  })

  test('the same when all of them are due', async () => {
    const cluster = await ScriptedCluster.start(1)
    const partitions = cluster.addTopic('t', Array(8).fill(1))
    const { producer, topic } = await begin(cluster, { bufferMemory: 4000, lingerMs: 0 })
    let appended = 0
    while (topic.append(1, null, Buffer.alloc(100), [], appended % 8)) appended++
    await play(cluster.clock, producer.room())
    await play(cluster.clock, producer.close())
    expect(partitions.reduce((sum, { values }) => sum + values.length, 0)).toBe(appended + 1)
  })

  test('a batch that is not full goes when linger.ms is over', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    const { producer, topic } = await begin(cluster, { lingerMs: 1000 })
    topic.append(1, null, bytes('value'))
    await pass(cluster.clock, 950)
    expect(partition!.values).toEqual([])
    await pass(cluster.clock, 100)
    expect(partition!.values).toEqual(['value'])
    await play(cluster.clock, producer.close())
  })

  test('without acknowledgement a record is done when it is sent', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    const { producer, topic, failures } = await begin(cluster, { acks: 0, batchSize: 100 })
    const values = Array.from({ length: 50 }, (_, i) => `record ${i}`)
    for (const value of values) topic.append(1, null, bytes(value))
    await play(cluster.clock, producer.flush())
    await pass(cluster.clock, 50)
    expect(failures).toEqual([])
    expect(partition!.values).toEqual(values)
    await play(cluster.clock, producer.close())
  })

  test('no more than max.in.flight requests are without an answer', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    const broker = cluster.brokers.get(1)!
    const answer = broker.scriptOf(produce)!
    let most = 0
    broker.on(produce, async (request, call) => {
      await new Promise<void>((resolve) => {
        cluster.clock.schedule(50, resolve)
      })
      most = Math.max(most, broker.underWay)
      return answer(request, call) as never
    })
    const { producer, topic } = await begin(cluster, { maxInFlight: 3, batchSize: 110 })
    for (let i = 0; i < 100; i++) topic.append(1, null, bytes(`record ${i}`))
    await play(cluster.clock, producer.close())
    expect(most).toBe(3)
    expect(partition!.values).toHaveLength(100)
  })

  test('a broker that says who leads now is believed at once', async () => {
    const cluster = await ScriptedCluster.start(2)
    const [partition] = cluster.addTopic('t', [1])
    const { producer, topic } = await begin(cluster)
    topic.append(1, null, bytes('first'))
    await play(cluster.clock, producer.flush())
    const answer = cluster.brokers.get(1)!.scriptOf(produce)!
    cluster.brokers.get(1)!.on(produce, async (request, call) => {
      const answered = (await answer(request, call)) as {
        responses: { partitionResponses: object[] }[]
      }
      for (const each of answered.responses) {
        for (const one of each.partitionResponses) {
          Object.assign(one, { currentLeader: { leaderId: 2, leaderEpoch: 1 } })
        }
      }
      return answered as never
    })
    cluster.move('t', 0, 2)
    const metadataBefore = cluster.brokers
      .get(1)!
      .asked.filter((name) => name === 'Metadata').length
    const began = cluster.clock.monotonic()
    topic.append(1, null, bytes('second'))
    await play(cluster.clock, producer.flush())
    expect(cluster.clock.monotonic() - began).toBeLessThan(50)
    const asked = [...cluster.brokers.values()].flatMap((each) => each.asked)
    expect(asked.filter((name) => name === 'Metadata')).toHaveLength(metadataBefore)
    expect(partition!.values).toEqual(['first', 'second'])
    await play(cluster.clock, producer.close())
  })

  test('a broker that is overloaded is left alone for as long as it asks', async () => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    const { producer, topic } = await begin(cluster)
    const answer = cluster.brokers.get(1)!.scriptOf(produce)!
    cluster.brokers.get(1)!.on(
      produce,
      async (request, call) =>
        ({
          ...((await answer(request, call)) as object),
          throttleTimeMs: 2000,
        }) as never,
    )
    topic.append(1, null, bytes('first'))
    await play(cluster.clock, producer.flush())
    topic.append(1, null, bytes('second'))
    const flushed = producer.flush()
    await pass(cluster.clock, 1900)
    expect(partition!.values).toEqual(['first'])
    await play(cluster.clock, flushed)
    expect(partition!.values).toEqual(['first', 'second'])
    await play(cluster.clock, producer.close())
  })
})

test.each([
  { options: { idempotence: true, acks: 1 as const }, text: /Must set acks to all/ },
  { options: { idempotence: true, maxInFlight: 6 }, text: /at most 5/ },
  { options: { retries: 0 }, text: /Must set retries to non-zero/ },
])('settings that contradict each other are refused: $text', async ({ options, text }) => {
  const cluster = await ScriptedCluster.start(1)
  expect(() => new Producer(cluster.options(), options)).toThrow(text)
})
