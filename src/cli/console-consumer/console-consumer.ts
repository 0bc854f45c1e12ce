import { Cluster } from '../../client/cluster.ts'
import { Consumer } from '../../client/consumer.ts'
import type { Address } from '../../host/net.ts'
import { systemRandom } from '../../host/random.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { clusterOptions } from '../config/cluster-options.ts'
import { unknownConfigs } from '../config/unknown.ts'
import { type OpenConsumer, subscribe } from '../consumer.ts'
import { illegalArgument, JavaError, messageOf } from '../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../machine.ts'
import { UsageError } from '../options/checks.ts'
import { kafkaVersion } from '../options/common.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { exceptionText, logEvent } from '../output/log.ts'
import { Progress } from '../output/progress.ts'
import { clientWarnings } from '../output/warnings.ts'
import { addressesOf, ensureAddressText, findServer, type Server } from '../server.ts'
import { isClosedPipe, ToolFailure } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { clientEvents, consumerFailure } from './client-events.ts'
import { Consumption, type Ending } from './consume.ts'
import {
  asConsumerConstruction,
  consumerConfigsOf,
  consumerOptions,
  ensureMember,
} from './consumer-options.ts'
import { consoleConsumerDeclaration } from './declaration.ts'
import type { Formatter } from './formatters/formatter.ts'
import { type Range, rangesOf } from './select/range.ts'
import { consumerSettings, type Settings } from './settings.ts'

export const consoleConsumer: Tool = { declaration: consoleConsumerDeclaration, run }

const logger = 'org.apache.kafka.tools.consumer.ConsoleConsumer'

const protocolHint =
  'The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol\n'

async function run(machine: Machine): Promise<number> {
  const { argv, stdout } = machine
  const options = parsed(argv)
  if (argv.length === 0 || options.has('help')) {
    throw new UsageError(consoleConsumerDeclaration.summary)
  }
  if (options.has('version')) {
    stdout.write(`${kafkaVersion}\n`)
    return 0
  }
  const { settings, server, formatter } = await prepared(options, machine)
  try {
    return await consume({ options, settings, server, formatter, machine })
  } catch (error) {
    if (error instanceof JavaError || error instanceof KafkaError) throw failed(error, machine)
    throw error
  }
}

function parsed(argv: readonly string[]): Options {
  try {
    return parse(argv, consoleConsumerDeclaration.options)
  } catch (error) {
    throw error instanceof JavaError ? new UsageError(error.message, { cause: error }) : error
  }
}

type Prepared = { settings: Settings; server: Server; formatter: Formatter }

/** What is wrong before there is a consumer: nobody catches it in Kafka's tool. */
async function prepared(options: Options, machine: Machine): Promise<Prepared> {
  try {
    const server = await findServer(options, machine)
    const settings = consumerSettings(options, {
      out: (text) => machine.stdout.write(text),
      random: () => systemRandom.number(),
      now: machine.clock.now(),
      needsServer: server.kind === 'none',
    })
    const formatter = await settings.formatter.make((message, error) => {
      const name = 'org.apache.kafka.tools.consumer.DefaultMessageFormatter'
      machine.stderr.write(logEvent(machine.clock, 'ERROR', message, { logger: name, error }))
    })
    return { settings, server, formatter }
  } catch (error) {
    if (!(error instanceof JavaError)) throw error
    const stderr = `Exception in thread "main" ${exceptionText(error)}`
    throw new ToolFailure(messageOf(error) ?? '', { stderr, cause: error })
  }
}

function failed(error: JavaError | KafkaError, { clock }: Machine): ToolFailure {
  const stderr = logEvent(clock, 'ERROR', 'Unknown error when running consumer: ', {
    logger,
    error,
  })
  return new ToolFailure(messageOf(error) ?? '', { stderr, cause: error })
}

type Consume = Prepared & { options: Options; machine: Machine }

async function consume({
  options,
  settings,
  server,
  formatter,
  machine,
}: Consume): Promise<number> {
  const { stderr } = machine
  const { partition, range } = settings
  const isAssigned = partition !== undefined || range !== null
  ensureAddressText(server)
  const configs = consumerConfigsOf(settings.properties)
  const addresses = await addressesOf(server, options, machine).catch(asConsumerConstruction)
  const wanted = consumerOptions(configs, { isAssigned })
  if (wanted.groupId !== null) ensureMember(configs)
  unknownConfigs(configs, 'consumer.ConsumerConfig', machine)
  const connecting = await clusterOptions(configs, {
    bootstrap: addresses as readonly Address[],
    warn: clientWarnings(consoleConsumerDeclaration.name, machine),
  }).catch(asConsumerConstruction)
  // Scripts see Kafka's advice as they know it; who talks to the local cluster has not asked for it.
  const isAdvised = server.kind === 'given' && !stderr.isTerminal && !isAssigned
  if (isAdvised && wanted.groupProtocol !== 'consumer') stderr.write(protocolHint)
  if (partition !== undefined && options.text('topic')!.trim() === '') {
    throw illegalArgument('Topic partitions to assign to cannot have null or empty topic')
  }
  const cluster = new Cluster(connecting)
  const consumer = new Consumer(cluster, wanted)
  const ranges = range === null ? null : await rangesOf(cluster, range, wanted.isolationLevel)
  if (ranges === null) point(consumer, options, settings)
  else pointAt(consumer, ranges)
  const messagesMax = limit(options)
  const progress = progressOf(machine, messagesMax)
  const consumption = new Consumption({
    progress,
    consumer,
    formatter,
    messagesMax: typeof messagesMax === 'number' ? messagesMax : 0,
    timeoutMs: Number(settings.timeoutMs),
    ranges,
    accepts: settings.accepts,
    skipsErrors: options.has('skip-message-on-error'),
    skipped: (error) => log(machine, 'Error processing message, skipping this message: ', error),
    machine,
  })
  let signal: Signal | null = null
  machine.onSignal((each) => {
    signal = each
    consumption.stop()
  })
  try {
    if (typeof messagesMax !== 'number') throw messagesMax
    const ending = await consumption.run()
    progress?.clear()
    tellEnding(ending, { consumer, configs }, machine)
  } finally {
    progress?.clear()
    await consumer.close()
    cluster.close()
    stderr.write(`Processed a total of ${consumption.count} messages\n`)
    if (options.has('enable-systest-events')) lastWord(machine)
  }
  return signal === null ? 0 : exitCodeOf[signal satisfies Signal]
}

/** Whoever writes to a file at a terminal would not see anything; what is behind a pipe may write there itself. */
function progressOf(machine: Machine, messagesMax: unknown): Progress | null {
  const { stdout, stderr } = machine
  if (!stderr.isTerminal || stdout.isFile !== true) return null
  const isCounted = typeof messagesMax === 'number' && messagesMax > 0
  return new Progress(machine, isCounted ? { records: messagesMax } : null)
}

/** Where the consumer reads: a partition, a topic as a member of a group, or all topics with certain names. */
function point(consumer: Consumer, options: Options, { partition, offset }: Settings): void {
  const topic = options.text('topic')
  if (topic === undefined || partition === undefined) {
    subscribe(consumer, { topic, include: options.text('include') })
    return
  }
  const at = { topic, partition }
  consumer.assign([at])
  if (typeof offset === 'bigint') consumer.seek(at, offset)
  else consumer.seekTo(at, offset)
}

function pointAt(consumer: Consumer, ranges: readonly Range[]): void {
  consumer.assign(ranges)
  for (const range of ranges) consumer.seek(range, range.start)
}

/** How many records, or why that cannot be known; Kafka's tool finds out when the consumer is there already. */
function limit(options: Options): number | JavaError {
  try {
    return options.integer('max-messages') ?? -1
  } catch (error) {
    if (error instanceof JavaError) return error
    throw error
  }
}

function tellEnding(ending: Ending, opened: OpenConsumer, machine: Machine): void {
  if (ending.kind === 'closed') {
    machine.stderr.write('Unable to write to standard out, closing consumer.\n')
  }
  if (ending.kind !== 'failed') return
  const { error } = ending
  if (!machine.stderr.isTerminal) machine.stderr.write(clientEvents(error, opened, machine.clock))
  log(machine, 'Error processing message, terminating consumer process: ', consumerFailure(error))
}

function log({ stderr, clock }: Machine, message: string, error: unknown): void {
  if (stderr.isTerminal) {
    stderr.write(`${endingText(error)}\n`)
    return
  }
  stderr.write(logEvent(clock, 'ERROR', message, { logger, error }))
}

// A person has no use for the class of an exception that says "nothing came".
function endingText(error: unknown): string {
  return messageOf(error) ?? 'No record came in time.'
}

function lastWord({ stdout }: Machine): void {
  try {
    stdout.write('shutdown_complete\n')
  } catch (error) {
    if (!isClosedPipe(error)) throw error
  }
}
