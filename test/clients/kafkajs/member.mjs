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
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: 3000,
  rebalanceTimeout: 10_000,
  heartbeatInterval: 200,
  maxWaitTimeInMs: 100,
})
const say = (line) => writeSync(1, `${line}\n`)

consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  say(`assigned ${(payload.memberAssignment[topic] ?? []).length}`)
})
consumer.on(consumer.events.CRASH, ({ payload }) => {
  if (payload.restart) return
  console.error(payload.error)
  process.exit(1)
})
process.once('SIGTERM', async () => {
  await consumer.disconnect()
  process.exit(0)
})
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  // What is read is committed before the next batch is asked for, and so before a rebalance.
  eachBatch: async ({ batch }) => say(`read ${batch.partition} ${batch.firstOffset()} ${batch.lastOffset()}`),
})
