import type { RecordRun } from '../../client/consumer/record-run.ts'
import type { Consumer } from '../../client/consumer.ts'
import type { TopicPartition } from '../../client/topic-partition.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { readArgumentFile } from '../config/argument-file.ts'
import { clientEvents, consumerFailure } from '../console-consumer/client-events.ts'
import { type OpenConsumer, openConsumer, subscribe } from '../consumer.ts'
import { JavaError, javaText } from '../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../machine.ts'
import { fault, parseCommand, serverMissing } from '../options/argparse.ts'
import { helpText } from '../options/help.ts'
import type { Options } from '../options/options.ts'
import { logEvent } from '../output/log.ts'
import { findServer } from '../server.ts'
import { uncaught } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { verifiableConsumerDeclaration as declaration } from './declaration.ts'

export const verifiableConsumer: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const { argv, stdout } = machine
  const { options } = argv.length === 0 ? { options: null } : parseCommand(argv, declaration)
  if (options === null || options.has('help')) {
    stdout.write(`${declaration.summary}\n${helpText(declaration)}`)
    // Who asks for help gets it, and 1: to Kafka's tool it is a command line that it cannot run.
    return options === null ? 0 : 1
  }
  const server = await findServer(options, machine)
  if (server.kind === 'none') throw serverMissing(declaration, null)
  try {
    const at = { tool: declaration.name, server, options, machine }
    const opened = await openConsumer(at, propertiesOf(options, machine))
    return await new Run(opened, { options, machine }).play()
  } catch (error) {
    throw error instanceof JavaError ? uncaught(error) : error
  }
}

const sessionTimeoutMsDefault = 30_000
const rangeAssignor = 'org.apache.kafka.clients.consumer.RangeAssignor'

function propertiesOf(options: Options, { stdout }: Machine): Map<string, string> {
  const old = options.text('consumer.config')
  if (old !== undefined) {
    if (options.has('command-config')) {
      throw fault(
        declaration,
        'Options --consumer.config and --command-config are mutually exclusive.',
      )
    }
    stdout.write(
      'Option --consumer.config has been deprecated and will be removed in a future version. Use --command-config instead.\n',
    )
  }
  const file = options.text('command-config') ?? old
  const properties =
    file === undefined ? new Map<string, string>() : readArgumentFile(file, declaration)
  const protocol = options.text('group-protocol') ?? 'classic'
  if (!['classic', 'consumer'].includes(protocol.toLowerCase())) {
    throw new JavaError(
      'java.lang.IllegalArgumentException',
      `No enum constant org.apache.kafka.clients.consumer.GroupProtocol.${protocol.toUpperCase()}`,
    )
  }
  properties.set('group.protocol', protocol)
  if (protocol.toLowerCase() === 'consumer') {
    const assignor = options.text('group-remote-assignor')
    if (assignor !== undefined) properties.set('group.remote.assignor', assignor)
  } else {
    const timeout = options.text('session-timeout') ?? String(sessionTimeoutMsDefault)
    properties.set('session.timeout.ms', timeout)
    const strategy = options.text('assignment-strategy') ?? rangeAssignor
    properties.set('partition.assignment.strategy', strategy)
  }
  properties.set('group.id', options.text('group-id')!)
  const instance = options.text('group-instance-id')
  if (instance !== undefined) properties.set('group.instance.id', instance)
  properties.set('enable.auto.commit', String(options.has('enable-autocommit')))
  properties.set('auto.offset.reset', options.text('reset-policy') ?? 'earliest')
  return properties
}

/** Reads, commits, and tells of everything that happens. */
class Run {
  readonly #consumer: Consumer
  readonly #opened: OpenConsumer
  readonly #options: Options
  readonly #machine: Machine
  readonly #max: number
  /** Of one poll. */
  readonly #recordsMax: number
  #consumed = 0
  #signal: Signal | null = null

  constructor(opened: OpenConsumer, { options, machine }: { options: Options; machine: Machine }) {
    this.#recordsMax = opened.configs.get('max.poll.records')
    this.#opened = opened
    this.#consumer = opened.consumer
    this.#options = options
    this.#machine = machine
    this.#max = options.integer('max-messages') ?? -1
  }

  async play(): Promise<number> {
    const consumer = this.#consumer
    this.#machine.onSignal((signal) => {
      this.#signal = signal
      this.#tell({ name: 'shutdown_requested' })
      consumer.wakeup()
    })
    this.#tell({ name: 'startup_complete' })
    try {
      await this.#consume()
    } catch (error) {
      // Kafka's tool logs it, and ends as if all had gone well.
      if (!(error instanceof KafkaError || error instanceof JavaError)) throw error
      this.#logEnd(error)
    }
    await consumer.close()
    consumer.cluster.close()
    this.#tell({ name: 'shutdown_complete' })
    // Kafka's tool hears of its own end, too.
    if (this.#signal === null) this.#tell({ name: 'shutdown_requested' })
    return this.#signal === null ? 0 : exitCodeOf[this.#signal]
  }

  async #consume(): Promise<void> {
    const consumer = this.#consumer
    subscribe(
      consumer,
      { topic: this.#options.text('topic') },
      {
        revoked: (partitions) => this.#tellPartitions('partitions_revoked', partitions),
        assigned: (partitions) => this.#tellPartitions('partitions_assigned', partitions),
      },
    )
    while (this.#signal === null && !this.#isEnough) {
      const run = await consumer.poll(pollMs)
      if (run !== null) await this.#take(run)
    }
  }

  #logEnd(error: KafkaError | JavaError): void {
    const { stderr, clock } = this.#machine
    if (stderr.isTerminal) {
      stderr.write(`${declaration.name}: ${error.message}\n`)
      return
    }
    const text = 'Error during processing, terminating consumer process: '
    const logger = 'org.apache.kafka.tools.VerifiableConsumer'
    const failure = consumerFailure(error)
    stderr.write(clientEvents(error, this.#opened, clock))
    stderr.write(logEvent(clock, 'ERROR', text, { logger, error: failure }))
  }

  get #isEnough(): boolean {
    return this.#max >= 0 && this.#consumed >= this.#max
  }

  async #take(run: RecordRun): Promise<void> {
    const { topic, partition } = run
    let polled = 0
    let count = 0
    let minOffset = -1n
    let maxOffset = -1n
    while (polled < this.#recordsMax && run.next()) {
      polled++
      if (this.#isEnough) continue
      this.#consumed++
      const offset = run.position - 1n
      if (count++ === 0) minOffset = offset
      maxOffset = offset
      if (this.#options.has('verbose')) this.#tellRecord(run, offset)
    }
    if (polled === 0) return
    const part = {
      topic,
      partition,
      count,
      minOffset: Number(minOffset),
      maxOffset: Number(maxOffset),
    }
    this.#tell({ name: 'records_consumed', count: polled, partitions: [part] })
    if (!this.#options.has('enable-autocommit')) await this.#commit(run, maxOffset + 1n)
  }

  async #commit({ topic, partition }: TopicPartition, offset: bigint): Promise<void> {
    const offsets = [{ topic, partition, offset: Number(offset) }]
    try {
      await this.#consumer.commit([{ topic, partition, offset, leaderEpoch: null }])
      this.#tell({ name: 'offsets_committed', offsets, success: true })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#tell({ name: 'offsets_committed', offsets, success: false, error: javaText(error) })
    }
  }

  #tellRecord({ topic, partition, cursor }: RecordRun, offset: bigint): void {
    const text = (start: number, end: number) =>
      start < 0 ? null : Buffer.from(cursor.bytes.subarray(start, end)).toString()
    this.#tell({
      name: 'record_data',
      key: text(cursor.keyStart, cursor.keyEnd),
      value: text(cursor.valueStart, cursor.valueEnd),
      topic,
      partition,
      offset: Number(offset),
    })
  }

  #tellPartitions(name: string, partitions: readonly TopicPartition[]): void {
    const named = partitions.map(({ topic, partition }) => ({ topic, partition }))
    this.#tell({ name, partitions: named })
  }

  #tell(event: object): void {
    const { stdout, clock } = this.#machine
    stdout.write(`${JSON.stringify({ timestamp: clock.now(), ...event })}\n`)
  }
}

// A signal wakes it; until then there is nothing else to do.
const pollMs = 60_000
