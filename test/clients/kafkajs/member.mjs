// A member of a group, as test/clients/README.md says.
import kafkajs from 'kafkajs'
import { writeSync } from 'node:fs'

const { Kafka, logLevel } = kafkajs
const [bootstrap, topic, groupId] = process.argv.slice(2)
const kafka = new Kafka({
  clientId: 'member',
  brokers: bootstrap.split(','),
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 50, retries: 20 },
})
const say = (line) => writeSync(1, `${line}\n`)
// kafkajs ends a consumer that loses its session in the middle of a rebalance; a service begins another one.
const lost = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS']

let consumer
process.once('SIGTERM', async () => {
  await consumer.disconnect()
  process.exit(0)
})
await begin()

async function begin() {
  consumer = kafka.consumer({
    groupId,
    sessionTimeout: 6000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 200,
    maxWaitTimeInMs: 100,
  })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    say(`assigned ${(payload.memberAssignment[topic] ?? []).length}`)
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart) return
    console.error(payload.error)
    if (!lost.includes(payload.error.type ?? payload.error.cause?.type)) process.exit(1)
    void begin()
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    // What is read is committed before the next batch is asked for, and so before a rebalance.
    eachBatch: async ({ batch }) => say(`read ${batch.partition} ${batch.firstOffset()} ${batch.lastOffset()}`),
  })
}
