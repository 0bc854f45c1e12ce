import { describe, expect, test } from 'vitest'
import type { ConsumerOptions } from '../../src/client/consumer/settings.ts'
import { Consumer } from '../../src/client/consumer.ts'
import { controlKey } from '../../src/protocol/batch/control.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import type { BatchFields } from '../../src/protocol/batch/fields.ts'
import { recordValue } from '../../src/protocol/batch/reader.ts'
import { endOffset, ScriptedCluster, type ScriptedPartition } from './support/scripted-cluster.ts'
import { pass, play } from './support/time.ts'

const bytes = (text: string) => Buffer.from(text)

/** A batch at the end of the log. */
function append(partition: ScriptedPartition, values: readonly string[], fields: BatchFields = {}) {
  const batch = encodeBatch(
    {
      baseOffset: endOffset(partition),
      partitionLeaderEpoch: partition.leaderEpoch,
      baseTimestamp: 1n,
      ...fields,
    },
    fields.control === true
      ? [{ key: controlKey(values[0] === 'COMMIT' ? 'COMMIT' : 'ABORT'), value: Buffer.alloc(6) }]
      : values.map((value) => ({ key: null, value: bytes(value) })),
  )
  partition.batches.push(batch)
}

async function begin(
  leaders: readonly number[],
  options: ConsumerOptions = {},
  { brokers = 1 }: { brokers?: number } = {},
) {
  const cluster = await ScriptedCluster.start(brokers)
  const partitions = cluster.addTopic('t', leaders)
  const consumer = new Consumer(cluster.options(), { autoOffsetReset: 'earliest', ...options })
  const assign = () => consumer.assign(leaders.map((_, partition) => ({ topic: 't', partition })))
  /** Values of the next `count` records, or of those that come within a second. */
  const read = (count: number, timeoutMs = 1000) =>
    play(
      cluster.clock,
      (async () => {
        const values: string[] = []
        while (values.length < count) {
          const run = await consumer.poll(timeoutMs)
          if (run === null) break
          while (values.length < count && run.next()) {
            values.push(Buffer.from(recordValue(run.cursor)!).toString())
          }
        }
        return values
      })(),
    )
  return { cluster, partitions, consumer, assign, read }
}

const at = (partition = 0) => ({ topic: 't', partition })

describe('reading', () => {
  test.each([
    ['a poll of Kafka’s consumer', 166, '2,1,0'],
    ['one and a record more', 167, '2,1,0,2'],
    ['several', 600, '0,1,0,2,1,2'],
  ])('partitions come in the order of Kafka’s consumer: %s', async (_, each, order) => {
    const { partitions, assign, read } = await begin([1, 1, 1])
    for (const [index, partition] of partitions.entries()) {
      for (let left = each; left > 0; left -= 50) {
        append(
          partition,
          Array.from({ length: Math.min(left, 50) }, () => String(index)),
        )
      }
    }
    assign()
    const values = await read(3 * each)
    expect(values).toHaveLength(3 * each)
    expect(values.filter((value, i) => value !== values[i - 1]).join()).toBe(order)
  })

  test('everything, in the order of each partition', async () => {
    const { partitions, assign, read } = await begin([1, 1])
    for (let i = 0; i < 50; i++) append(partitions[i % 2]!, [`${i} a`, `${i} b`, `${i} c`])
    assign()
    const values = await read(150)
    expect(values).toHaveLength(150)
    for (const parity of [0, 1]) {
      const ours = values.filter((value) => Number(value.split(' ')[0]) % 2 === parity)
      const expected = Array.from({ length: 25 }, (_, i) => 2 * i + parity)
      expect(ours).toEqual(expected.flatMap((i) => [`${i} a`, `${i} b`, `${i} c`]))
    }
  })

  test('what is appended while it waits', async () => {
    const { cluster, partitions, assign, read } = await begin([1])
    assign()
    const reading = read(2, 10_000)
    await pass(cluster.clock, 700)
    append(partitions[0]!, ['late', 'later'])
    expect(await reading).toEqual(['late', 'later'])
  })

  test('from the middle of a batch', async () => {
    const { partitions, consumer, assign, read } = await begin([1])
    append(partitions[0]!, ['a', 'b', 'c'])
    append(partitions[0]!, ['d', 'e'])
    assign()
    consumer.seek(at(), 1n)
    expect(await read(4)).toEqual(['b', 'c', 'd', 'e'])
  })

  test('from the end, if that is where it is to begin', async () => {
    const { cluster, partitions, assign, read } = await begin([1], { autoOffsetReset: 'latest' })
    append(partitions[0]!, ['old'])
    assign()
    expect(await read(1)).toEqual([])
    append(partitions[0]!, ['new'])
    await pass(cluster.clock, 10)
    expect(await read(1)).toEqual(['new'])
  })

  test('the rest of a run that was not finished, with the next poll', async () => {
    const { cluster, partitions, consumer, assign } = await begin([1])
    append(partitions[0]!, ['a', 'b', 'c'])
    assign()
    const first = await play(cluster.clock, consumer.poll(1000))
    expect(first!.next()).toBe(true)
    expect(consumer.position(at())).toBe(1n)
    const second = await play(cluster.clock, consumer.poll(1000))
    expect(second!.next()).toBe(true)
    expect(second!.offset()).toBe(1n)
    expect(second!.next()).toBe(true)
    expect(second!.next()).toBe(false)
    expect(consumer.position(at())).toBe(3n)
  })

  test('a paused partition is not handed out, and goes on where it was', async () => {
    const { partitions, consumer, assign, read } = await begin([1, 1])
    append(partitions[0]!, ['a', 'b'])
    append(partitions[1]!, ['c'])
    assign()
    consumer.pause([at(0)])
    expect(await read(3)).toEqual(['c'])
    consumer.resume([at(0)])
    expect(await read(2)).toEqual(['a', 'b'])
  })

  test('no more is fetched ahead than prefetch allows', async () => {
    const { cluster, partitions, consumer, assign } = await begin([1], {
      maxPartitionFetchBytes: 200,
      prefetchBytes: 1000,
    })
    for (let i = 0; i < 200; i++) append(partitions[0]!, [`record ${i}`])
    assign()
    await play(cluster.clock, consumer.poll(1000))
    await pass(cluster.clock, 500)
    const fetches = cluster.brokers.get(1)!.asked.filter((name) => name === 'Fetch').length
    expect(fetches).toBeGreaterThan(3)
    expect(fetches).toBeLessThan(12)
  })

  test('wakeup ends a poll', async () => {
    const { cluster, consumer, assign } = await begin([1])
    assign()
    const polling = consumer.poll(1_000_000)
    await pass(cluster.clock, 100)
    consumer.wakeup()
    expect(await play(cluster.clock, polling)).toBeNull()
    expect(cluster.clock.monotonic()).toBeLessThan(1000)
  })
})

describe('transactions', () => {
  const transactional = (producerId: bigint): BatchFields => ({
    producerId,
    producerEpoch: 0,
    baseSequence: 0,
    transactional: true,
  })
  const marker = (producerId: bigint): BatchFields => ({
    ...transactional(producerId),
    control: true,
  })

  function fill(partition: ScriptedPartition): void {
    append(partition, ['plain 0'])
    append(partition, ['aborted 1', 'aborted 2'], transactional(7n))
    append(partition, ['kept 3'], transactional(8n))
    append(partition, ['ABORT'], marker(7n))
    append(partition, ['COMMIT'], marker(8n))
    append(partition, ['kept 6'], transactional(7n))
    append(partition, ['COMMIT'], marker(7n))
    append(partition, ['plain 8'])
  }

  test('committed records alone', async () => {
    const { cluster, partitions, consumer, assign, read } = await begin([1], {
      isolationLevel: 'read_committed',
    })
    fill(partitions[0]!)
    cluster.aborted = [{ producerId: 7n, firstOffset: 1n }]
    assign()
    expect(await read(10)).toEqual(['plain 0', 'kept 3', 'kept 6', 'plain 8'])
    expect(consumer.position(at())).toBe(9n)
  })

  test('all records, but never the markers', async () => {
    const { partitions, assign, read } = await begin([1])
    fill(partitions[0]!)
    assign()
    const all = ['plain 0', 'aborted 1', 'aborted 2', 'kept 3', 'kept 6', 'plain 8']
    expect(await read(10)).toEqual(all)
  })

  test('nothing but a marker moves the position, too', async () => {
    const { cluster, partitions, consumer, assign, read } = await begin([1])
    append(partitions[0]!, ['COMMIT'], marker(7n))
    assign()
    expect(await read(1)).toEqual([])
    await pass(cluster.clock, 10)
    expect(consumer.position(at())).toBe(1n)
  })
})

describe('what goes wrong on the way', () => {
  test('the leader moves', async () => {
    const { cluster, partitions, assign, read } = await begin([1], {}, { brokers: 2 })
    append(partitions[0]!, ['a'])
    assign()
    expect(await read(1)).toEqual(['a'])
    cluster.move('t', 0, 2)
    append(partitions[0]!, ['b'])
    expect(await read(1, 10_000)).toEqual(['b'])
    expect(cluster.brokers.get(2)!.asked).toContain('Fetch')
    // The new leader is asked first whether it has what was read.
    expect(cluster.brokers.get(2)!.asked).toContain('OffsetForLeaderEpoch')
  })

  test('the connection breaks', async () => {
    const { cluster, partitions, assign, read } = await begin([1])
    append(partitions[0]!, ['a'])
    assign()
    expect(await read(1)).toEqual(['a'])
    cluster.brokers.get(1)!.dropAll()
    append(partitions[0]!, ['b'])
    expect(await read(1, 10_000)).toEqual(['b'])
  })

  test('the broker is gone for a while', async () => {
    const { cluster, partitions, assign, read } = await begin([1])
    append(partitions[0]!, ['a'])
    assign()
    expect(await read(1)).toEqual(['a'])
    cluster.net.unreachable.add('b1:9092')
    cluster.brokers.get(1)!.dropAll()
    const reading = read(1, 60_000)
    await pass(cluster.clock, 3000)
    append(partitions[0]!, ['b'])
    cluster.net.unreachable.delete('b1:9092')
    expect(await reading).toEqual(['b'])
  })

  test.each([
    'LEADER_NOT_AVAILABLE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'FENCED_LEADER_EPOCH',
    'UNKNOWN_LEADER_EPOCH',
    'OFFSET_NOT_AVAILABLE',
    'KAFKA_STORAGE_ERROR',
    'REPLICA_NOT_AVAILABLE',
  ] as const)('%s passes', async (error) => {
    const { cluster, partitions, assign, read } = await begin([1])
    append(partitions[0]!, ['a'])
    let left = 3
    cluster.fetchFault = () => (left-- > 0 ? error : null)
    assign()
    expect(await read(1, 10_000)).toEqual(['a'])
  })

  test.each([
    { error: 'TOPIC_AUTHORIZATION_FAILED' as const, text: 'Not authorized to access topics: [t]' },
    {
      error: 'CORRUPT_MESSAGE' as const,
      text: 'Encountered corrupt message when fetching offset 0 for topic-partition t-0',
    },
  ])('$error does not', async ({ error, text }) => {
    const { cluster, partitions, assign, read } = await begin([1])
    append(partitions[0]!, ['a'])
    cluster.fetchFault = () => error
    assign()
    await expect(read(1)).rejects.toMatchObject({ error, message: text })
    // Nobody polls, and the broker is asked again in peace.
    await pass(cluster.clock, 1000)
    const { asked } = cluster.brokers.get(1)!
    expect(asked.filter((name) => name === 'Fetch').length).toBeLessThan(15)
  })

  test('a batch that was damaged is not handed out', async () => {
    const { partitions, assign, read } = await begin([1])
    append(partitions[0]!, ['a', 'b'])
    partitions[0]!.batches[0]![70]! ^= 1
    assign()
    await expect(read(1)).rejects.toMatchObject({ error: 'CORRUPT_MESSAGE' })
  })

  test.each([
    { reset: 'earliest' as const, expected: ['c'] },
    { reset: 'latest' as const, expected: [] },
  ])('the position is no longer in the log: $reset', async ({ reset, expected }) => {
    const { partitions, consumer, assign, read } = await begin([1], { autoOffsetReset: reset })
    append(partitions[0]!, ['a', 'b'])
    append(partitions[0]!, ['c'])
    partitions[0]!.batches.shift()
    partitions[0]!.logStartOffset = 2n
    assign()
    consumer.seek(at(), 0n)
    expect(await read(1)).toEqual(expected)
  })

  test('the position is no longer in the log, and there is no policy', async () => {
    const { partitions, consumer, assign, read } = await begin([1], { autoOffsetReset: 'none' })
    partitions[0]!.logStartOffset = 2n
    assign()
    consumer.seek(at(), 0n)
    await expect(read(1)).rejects.toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
  })

  test('there is no position, and there is no policy', async () => {
    const { assign, read } = await begin([1], { autoOffsetReset: 'none' })
    assign()
    await expect(read(1)).rejects.toMatchObject({
      message: 'Undefined offset with no reset policy for partitions: [t-0]',
    })
  })

  test('a new leader has cut off what was read: it goes on where the log ends', async () => {
    const { cluster, partitions, assign, read } = await begin([1], {}, { brokers: 2 })
    append(partitions[0]!, ['a'])
    append(partitions[0]!, ['lost b', 'lost c'])
    assign()
    expect(await read(3)).toEqual(['a', 'lost b', 'lost c'])
    partitions[0]!.batches.pop()
    cluster.move('t', 0, 2)
    append(partitions[0]!, ['new b'])
    append(partitions[0]!, ['new c', 'new d'])
    expect(await read(3, 10_000)).toEqual(['new b', 'new c', 'new d'])
  })
})
