import kafkajs from 'kafkajs'
import * as lz4 from 'lz4-napi'
import { createConnection } from 'node:net'
import snappy from 'snappy'
import zstd from '@toondepauw/node-zstd'

const { Kafka, logLevel, CompressionTypes, CompressionCodecs } = kafkajs
const [bootstrap, prefix] = process.argv.slice(2)
const topic = `${prefix}-t`
const groupId = `${prefix}-g`
const count = 100

CompressionCodecs[CompressionTypes.Snappy] = () => ({
  compress: ({ buffer }) => snappy.compress(buffer),
  decompress: (buffer) => snappy.uncompress(buffer),
})
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: ({ buffer }) => lz4.compressFrame(buffer),
  decompress: (buffer) => lz4.decompressFrame(buffer),
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }) => new zstd.Encoder(3).encode(buffer),
  decompress: (buffer) => new zstd.Decoder().decode(buffer),
})
const codecs = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

const onUnixSocket = bootstrap.startsWith('/')
const kafka = new Kafka({
  clientId: 'kafkajs-client',
  brokers: onUnixSocket ? [`${bootstrap}:0`] : bootstrap.split(','),
  logLevel: logLevel.NOTHING,
  // A host that is a path is a unix socket: what Jackdaw's metadata says there.
  ...(onUnixSocket && {
    socketFactory: ({ host, onConnect }) => {
      const socket = createConnection({ path: host })
      socket.on('connect', onConnect)
      return socket
    },
  }),
})
const sent = []

async function step(name, action) {
  try {
    await action()
    console.log(`ok ${name}`)
  } catch (error) {
    console.log(`fail ${name} ${error.message.split('\n')[0]}`)
  }
}

function check(condition, message) {
  if (!condition) throw new Error(message)
}

const value = (codec, i) => `${codec} ${i} ${'äß€😀'.repeat(i % 50)}`

function readAll(group, { commit }) {
  const consumer = kafka.consumer({ groupId: group })
  const records = []
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${records.length} records`)), 30_000)
    // A crash that it recovers from by itself (a coordinator that is still loading) is none.
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error))
    const run = async () => {
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run({
        autoCommit: commit,
        eachMessage: async ({ message }) => {
          records.push(`${message.key} ${message.value}`)
          if (records.length === sent.length) resolve()
        },
      })
    }
    run().catch(reject)
    setTimeout(() => clearTimeout(timer), 31_000).unref()
  })
    .then(() => new Promise((resolve) => setTimeout(resolve, commit ? 500 : 0)))
    .finally(() => consumer.disconnect())
    .then(() => records)
}

function compare(records) {
  check(records.length === sent.length, `${records.length} records instead of ${sent.length}`)
  const [expected, actual] = [[...sent].sort(), [...records].sort()]
  for (let i = 0; i < expected.length; i++) {
    check(expected[i] === actual[i], `expected ${expected[i]}, read ${actual[i]}`)
  }
}

const admin = kafka.admin()
await step('create', async () => {
  await admin.connect()
  check(await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }), 'not created')
})
await step('describe', async () => {
  check((await admin.listTopics()).includes(topic), 'not listed')
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  check(topics[0].partitions.length === 3, `${topics[0].partitions.length} partitions`)
})
const producer = kafka.producer()
await producer.connect()
for (const [codec, compression] of Object.entries(codecs)) {
  await step(codec, async () => {
    const messages = Array.from({ length: count }, (_, i) => ({
      key: `key-${i % 10}`,
      value: value(codec, i),
      headers: { codec },
    }))
    await producer.send({ topic, compression, messages, acks: -1 })
    sent.push(...messages.map((message) => `${message.key} ${message.value}`))
  })
}
await producer.disconnect()
await step('consume', async () => compare(await readAll(`${groupId}-once`, { commit: false })))
await step('group', async () => {
  compare(await readAll(groupId, { commit: true }))
  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const total = partitions.reduce((sum, { offset }) => sum + Number(offset), 0)
  check(total === sent.length, `committed ${total} of ${sent.length}`)
})
await step('groups', async () => {
  const { groups } = await admin.listGroups()
  check(groups.some((group) => group.groupId === groupId), 'not listed')
})
await step('delete', async () => {
  await admin.deleteTopics({ topics: [topic] })
  for (let i = 0; i < 100 && (await admin.listTopics()).includes(topic); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  check(!(await admin.listTopics()).includes(topic), 'still listed')
})
await admin.disconnect()
process.exit(0)
