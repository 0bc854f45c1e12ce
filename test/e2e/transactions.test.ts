/** Transactions of a client that nobody here wrote: all or nothing, for who reads committed records. */
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { runChecked } from '../support/processes.ts'

let jackdaw: Jackdaw
let kafka: Kafka
beforeAll(async () => {
  jackdaw = await startJackdaw({ config: { 'group.initial.rebalance.delay.ms': 0 } })
  kafka = new Kafka({ brokers: [jackdaw.bootstrap], logLevel: logLevel.NOTHING })
})
afterAll(() => jackdaw?.stop())

async function read(topic: string, count: number, readUncommitted: boolean): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: `g-${topic}-${readUncommitted}`, readUncommitted })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const values: string[] = []
  await new Promise<void>((resolve) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value))
        if (values.length === count) resolve()
      },
    })
  })
  await consumer.disconnect()
  return values.sort()
}

const transactional = (transactionalId: string) =>
  kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })

test('kafkajs commits and aborts on two partitions', { timeout: 120_000 }, async () => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'two', numPartitions: 2 }] })
  const producer = transactional('two')
  await producer.connect()
  for (const value of ['a', 'x', 'b', 'y', 'c']) {
    const transaction = await producer.transaction()
    const messages = [0, 1].map((partition) => ({ value: `${value}${partition}`, partition }))
    await transaction.send({ topic: 'two', messages })
    await (value < 'm' ? transaction.commit() : transaction.abort())
  }
  await producer.disconnect()
  await admin.disconnect()
  expect(await read('two', 6, false)).toEqual(['a0', 'a1', 'b0', 'b1', 'c0', 'c1'])
  expect(await read('two', 10, true)).toContain('x0')
})

test('kafkajs reads, writes and commits its offsets in one', { timeout: 120_000 }, async () => {
  const admin = kafka.admin()
  await admin.connect()
  const producer = transactional('copy')
  await producer.connect()
  const topicOffsets = (offset: string) => [
    { topic: 'copied', partitions: [{ partition: 0, offset }] },
  ]
  await admin.createTopics({ topics: [{ topic: 'copied' }] })
  const committed = async () => {
    const [found] = await admin.fetchOffsets({ groupId: 'copier', topics: ['copied'] })
    return found!.partitions[0]!.offset
  }
  for (const [offset, isCommitted] of [
    ['5', true],
    ['9', false],
  ] as const) {
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'copied', messages: [{ value: offset }] })
    await transaction.sendOffsets({ consumerGroupId: 'copier', topics: topicOffsets(offset) })
    await (isCommitted ? transaction.commit() : transaction.abort())
    await expect.poll(committed, { timeout: 30_000 }).toBe('5')
  }
  // What the coordinator knows comes from its log.
  await jackdaw.kill()
  await jackdaw.start()
  await expect.poll(committed, { timeout: 60_000 }).toBe('5')
  await producer.disconnect()
  await admin.disconnect()
  expect(await read('copied', 1, false)).toEqual(['5'])
})

test('producer-perf-test writes in transactions', { timeout: 120_000 }, async () => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'perf', numPartitions: 2 }] })
  const perf = (...args: string[]) => {
    const common = ['--topic', 'perf', '--num-records', '200', '--payload-monotonic']
    const at = ['--bootstrap-server', jackdaw.bootstrap]
    return runChecked(jackdawCommand('producer-perf-test', [...common, ...at, ...args])!)
  }
  await perf(
    '--throughput',
    '1000',
    '--transactional-id',
    'perf',
    '--transaction-duration-ms',
    '20',
  )
  await perf('--throughput', '-1', '--transactional-id', 'perf')
  const ends = await admin.fetchTopicOffsets('perf')
  await admin.disconnect()
  const end = ends.reduce((sum, { offset }) => sum + Number(offset), 0)
  // Markers of several transactions lie between the records.
  expect(end).toBeGreaterThan(402)
  expect((await read('perf', 400, false)).length).toBe(400)
})
