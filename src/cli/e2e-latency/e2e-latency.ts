import { javaDouble } from '../../base/java-double.ts'
import { createTopics, listTopics } from '../../client/admin/topics.ts'
import type { Consumer } from '../../client/consumer.ts'
import type { DeliveryFailure } from '../../client/producer/settings.ts'
import type { Producer } from '../../client/producer.ts'
import { unnamedTopic } from '../../client/unnamed-topic.ts'
import { systemRandom } from '../../host/random.ts'
import type { Output } from '../../host/stdio.ts'
import type { Header } from '../../protocol/batch/headers.ts'
import { readProperties } from '../config/file.ts'
import { openConsumer } from '../consumer.ts'
import { executionError, JavaError, runtimeError } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { UsageError } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { figure, figuresShown, percentileFigures } from '../output/figures.ts'
import { chosenForm } from '../output/form.ts'
import { type Shown, show } from '../output/show.ts'
import { openProducer } from '../producer.ts'
import { findServer, type Server } from '../server.ts'
import { isTold, traced } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { endToEndLatencyDeclaration as declaration } from './declaration.ts'
import { ensureSensible, named, positionalWarning } from './settings.ts'

export const endToEndLatency: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const old = named(machine.argv)
  if (old !== null) machine.stdout.write(positionalWarning)
  const options = parsed(old ?? machine.argv)
  if (isVersionAlone(options, declaration, machine)) return 0
  try {
    const server = await findServer(options, machine)
    ensureSensible(options, { needsServer: server.kind === 'none' })
    return await measure({ options, server, machine })
  } catch (error) {
    throw isTold(error) ? error : traced(error)
  }
}

function parsed(argv: readonly string[]): Options {
  try {
    return parse(argv, declaration.options)
  } catch (error) {
    throw error instanceof JavaError ? new UsageError(error.message) : error
  }
}

type Parts = { options: Options; server: Server; machine: Machine }

const randomGroups = 1_000_000

async function measure({ options, server, machine }: Parts): Promise<number> {
  const file = options.text('command-config')
  const shared = file === undefined ? new Map<string, string>() : readProperties(file)
  shared.delete('bootstrap.servers')
  const at = { tool: declaration.name, server, options, machine }
  const failures: DeliveryFailure[] = []
  const acks = options.text('producer-acks')!
  const producing = new Map([...shared, ['linger.ms', '0'], ['acks', acks]] as const)
  const group = `test-group-${Math.floor(systemRandom.number() * randomGroups)}`
  const consuming = new Map([
    ...shared,
    ['group.id', group],
    ['enable.auto.commit', 'false'],
    ['auto.offset.reset', 'latest'],
    ['fetch.max.wait.ms', '0'],
  ] as const)
  // As Kafka's tool, which is told apart where both cannot be made.
  const { consumer } = await openConsumer(at, consuming)
  const producer = await openProducer(at, producing, {
    onDelivered: () => {},
    onFailure: (failure) => failures.push(failure),
  })
  try {
    await playOn({ producer, consumer, failures, options, machine })
    return 0
  } finally {
    await consumer.close()
    await producer.close()
    consumer.cluster.close()
    producer.cluster.close()
  }
}

type Stage = {
  producer: Producer
  consumer: Consumer
  failures: readonly DeliveryFailure[]
  options: Options
  machine: Machine
}

async function playOn({ producer, consumer, failures, options, machine }: Stage): Promise<void> {
  const { stdout, clock } = machine
  const form = chosenForm(options, machine)
  const topic = options.text('topic')!
  await ensureTopic(producer, topic, form === 'json' ? machine.stderr : stdout)
  const writing = await producer.topic(topic)
  consumer.assign(
    Array.from({ length: writing.partitionCount }, (_, partition) => ({ topic, partition })),
  )
  await settled(consumer, { topic, count: writing.partitionCount })
  const count = options.integer('num-records')!
  const latencies: number[] = []
  for (let number = 0; number < count; number++) {
    const value = letters(options.integer('record-size')!)
    const keySize = options.integer('record-key-size')!
    const key = keySize === 0 ? null : letters(keySize)
    const began = clock.monotonic()
    writing.append(clock.now(), key, value, headers(options))
    await producer.flush()
    if (failures[0] !== undefined) throw executionError(failures[0].error)
    await received(consumer, value)
    // In whole nanoseconds, as a clock has them.
    const latencyMs = Math.round((clock.monotonic() - began) * 1e6) / 1e6
    latencies.push(latencyMs)
    if (form === 'plain' && number % 1000 === 0) {
      stdout.write(`${number}\t${javaDouble(latencyMs)}\n`)
    }
  }
  await show(summary(latencies), { form, machine })
}

async function ensureTopic(producer: Producer, topic: string, talk: Output): Promise<void> {
  const { cluster } = producer
  if ((await listTopics(cluster)).some(({ name }) => name === topic)) return
  talk.write(
    `Topic "${topic}" does not exist. Will create topic with 1 partition(s) and replication factor = 1\n`,
  )
  const wanted = { name: topic, partitions: 1, replicationFactor: 1 }
  const result = (await createTopics(cluster, [wanted])).get(topic)!
  if (result.ok) return
  talk.write(`Creation of topic ${topic} failed\n`)
  throw runtimeError(executionError(topic === '' ? unnamedTopic() : result.error))
}

/** Until it is known where each partition ends, a record might be missed. */
async function settled(
  consumer: Consumer,
  { topic, count }: { topic: string; count: number },
): Promise<void> {
  const isPlaced = () =>
    Array.from({ length: count }, (_, partition) => partition).every(
      (partition) => consumer.position({ topic, partition }) !== null,
    )
  while (!isPlaced()) await consumer.poll(pollMs)
}

const pollMs = 50
const waitMs = 60_000

async function received(consumer: Consumer, sent: Uint8Array): Promise<void> {
  const run = await consumer.poll(waitMs)
  const wrong = (text: string) => runtimeError(new JavaError('java.lang.RuntimeException', text))
  if (run === null || !run.next()) {
    throw wrong(`poll() timed out before finding a result (timeout:[${waitMs}ms])`)
  }
  const { cursor } = run
  const got = cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)
  if (Buffer.compare(got, sent) !== 0) {
    throw wrong(
      'The message that was read is not the one that was sent; does somebody else write to this topic?',
    )
  }
  if (run.next()) throw wrong('Only one result was expected during this test. We found more.')
}

const letterFirst = 65
const letterCount = 26

function letters(size: number): Buffer {
  const bytes = Buffer.from(systemRandom.bytes(size))
  for (let i = 0; i < size; i++) bytes[i] = letterFirst + (bytes[i]! % letterCount)
  return bytes
}

function headers(options: Options): Header[] {
  const size = options.integer('record-header-size')!
  return Array.from({ length: options.integer('num-headers')! }, () => ({
    key: letters(options.integer('record-header-key-size')!).toString(),
    value: size < 0 ? null : letters(size),
  }))
}

/** Mean and percentiles, in whole milliseconds but for the mean. */
export function summary(latencies: readonly number[]): Shown {
  const sorted = [...latencies].sort((a, b) => a - b)
  const mean = latencies.reduce((sum, each) => sum + each, 0) / latencies.length
  const at = (share: number) => Math.floor(sorted[Math.floor(share * sorted.length)]!)
  const plain = () =>
    `Avg latency: ${mean.toFixed(4)} ms\n` +
    `Percentiles: 50th = ${at(0.5)}, 99th = ${at(0.99)}, 99.9th = ${at(0.999)}\n`
  return figuresShown(
    [
      figure('records', 'records', latencies.length),
      figure('averageLatencyMs', 'latency, average', mean, { digits: 4, unit: 'ms' }),
      ...percentileFigures(sorted, [0.5, 0.99, 0.999]),
    ],
    { plain },
  )
}
