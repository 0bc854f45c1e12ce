import { javaDouble } from '../../base/java-double.ts'
import type { Delivery, DeliveryFailure } from '../../client/producer/settings.ts'
import type { Producer, ProducerTopic } from '../../client/producer.ts'
import { pause } from '../../host/clock.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { readArgumentFile } from '../config/argument-file.ts'
import { invalidTopicEvent } from '../console-producer/failures.ts'
import { exceptionOf, illegalArgument, JavaError } from '../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../machine.ts'
import { fault, parseCommand, serverMissing } from '../options/argparse.ts'
import { helpText } from '../options/help.ts'
import type { Options } from '../options/options.ts'
import { Pace } from '../pace.ts'
import { openProducer } from '../producer.ts'
import { findServer } from '../server.ts'
import { uncaught } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { verifiableProducerDeclaration as declaration } from './declaration.ts'

export const verifiableProducer: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const { argv, stdout } = machine
  if (argv.length === 0) {
    stdout.write(`${declaration.summary}\n${helpText(declaration)}`)
    return 0
  }
  const { options } = parseCommand(argv, declaration)
  if (options.has('help')) {
    stdout.write(`${declaration.summary}\n${helpText(declaration)}`)
    // Who asks for help gets it, and 1: to Kafka's tool it is a command line that it cannot run.
    return 1
  }
  const server = await findServer(options, machine)
  if (server.kind === 'none') throw serverMissing(declaration, null)
  const at = { tool: declaration.name, server, options, machine }
  try {
    const properties = propertiesOf(options, machine)
    const run = new Run(options, machine, properties.get('client.id') ?? 'producer-1')
    const producer = await openProducer(at, properties, {
      onDelivered: (delivery) => run.delivered(delivery),
      onFailure: (failure) => run.failed(failure),
    })
    return await run.play(producer)
  } catch (error) {
    throw error instanceof JavaError ? uncaught(error) : error
  }
}

function propertiesOf(options: Options, { stdout }: Machine): Map<string, string> {
  const old = options.text('producer.config')
  const file = options.text('command-config') ?? old
  if (old !== undefined) {
    if (options.has('command-config')) {
      throw fault(
        declaration,
        'Options --producer.config and --command-config are mutually exclusive.',
      )
    }
    stdout.write(
      'Option --producer.config has been deprecated and will be removed in a future version. Use --command-config instead.\n',
    )
  }
  // A record that was lost must not come a second time: what is not acknowledged is not sent again.
  return new Map([
    ['acks', options.text('acks') ?? '-1'],
    ['retries', '0'],
    ...(file === undefined ? [] : readArgumentFile(file, declaration)),
  ])
}

const turnRecords = 1000
/** With which Kafka's tool leaves the time of records to the producer. */
const untold = -1

/** Sends numbers and tells of each what became of it. */
class Run {
  readonly #options: Options
  readonly #machine: Machine
  /** Who it is in Kafka's log. */
  readonly #clientId: string
  readonly #throughput: number
  readonly #keys: number | null
  readonly #prefix: number | null
  #createTime: number | null
  #acked = 0
  #sent = 0
  /** Numbers that never reached the producer: its records count without them, from some record on by so many. */
  readonly #shifts = [{ from: 0, by: 0 }]

  constructor(options: Options, machine: Machine, clientId: string) {
    this.#clientId = clientId
    this.#options = options
    this.#machine = machine
    this.#throughput = options.integer('throughput') ?? -1
    this.#keys = options.integer('repeating-keys') ?? null
    this.#prefix = options.integer('value-prefix') ?? null
    const createTime = Number(options.long('message-create-time') ?? untold)
    this.#createTime = createTime === untold ? null : createTime
  }

  async play(producer: Producer): Promise<number> {
    const { clock } = this.#machine
    const stopped: { signal: Signal | null } = { signal: null }
    this.#machine.onSignal((signal) => {
      stopped.signal = signal
    })
    const beganAt = clock.now()
    this.#tell({ name: 'startup_complete' })
    const topic = this.#options.text('topic')!
    const max = this.#options.integer('max-messages') ?? -1
    const pace = new Pace(clock, this.#throughput)
    try {
      for (let number = 0; (max < 0 || number < max) && stopped.signal === null; number++) {
        await this.#send(producer, topic, number, beganAt)
        if (this.#throughput > 0) await pace.keep(number)
        // Without acknowledgements there is always room: sockets and signals still want their turn.
        else if (number % turnRecords === turnRecords - 1) await pause(clock, 0)
      }
    } finally {
      await producer.close()
      producer.cluster.close()
      this.#tell({ name: 'shutdown_complete' })
      this.#summary(clock.now() - beganAt)
    }
    return stopped.signal === null ? 0 : exitCodeOf[stopped.signal]
  }

  async #send(producer: Producer, topic: string, number: number, beganAt: number): Promise<void> {
    try {
      const writing: ProducerTopic = await producer.topic(topic)
      const { key, value } = this.#textsOf(number)
      const bytes = key === null ? null : Buffer.from(key)
      if (!writing.append(this.#timeOf(beganAt), bytes, Buffer.from(value))) await producer.room()
      this.#sent++
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#sent++
      this.#logEvent(error)
      const { by } = this.#shifts.at(-1)!
      this.#shifts.push({ from: producer.recordCount, by: by + 1 })
      this.#tellFailure(topic, number, error)
    }
  }

  /** Which number a record of the producer has. */
  #numberOf(record: number): number {
    return record + this.#shifts.findLast(({ from }) => from <= record)!.by
  }

  /** The first record has the time that was asked for; by every later one that grows by what has passed since the beginning. */
  #timeOf(beganAt: number): number {
    const now = this.#machine.clock.now()
    if (this.#createTime === null) return now
    const time = this.#createTime
    if (time < 0) {
      throw illegalArgument(
        `Invalid timestamp: ${time}. Timestamp should always be non-negative or null.`,
      )
    }
    this.#createTime += now - beganAt
    return time
  }

  #logEvent(error: KafkaError): void {
    const { stderr, clock } = this.#machine
    if (!stderr.isTerminal) stderr.write(invalidTopicEvent(error, this.#clientId, clock))
  }

  #textsOf(number: number): { key: string | null; value: string } {
    // A limit that the count never meets leaves it to grow, as in Kafka's tool.
    const key = (this.#keys ?? 0) > 0 ? number % this.#keys! : number
    return {
      key: this.#keys === null ? null : String(key),
      value: this.#prefix === null ? String(number) : `${this.#prefix}.${number}`,
    }
  }

  delivered({ topic, partition, baseOffset, ranges }: Delivery): void {
    let offset = baseOffset
    const lines: string[] = []
    for (const { first, count } of ranges) {
      for (let i = first; i < first + count; i++) {
        this.#acked++
        const { key, value } = this.#textsOf(this.#numberOf(i))
        const told = { name: 'producer_send_success', key, value, offset: Number(offset) }
        lines.push(this.#line({ ...told, topic, partition }))
        if (baseOffset >= 0n) offset++
      }
    }
    this.#machine.stdout.write(lines.join(''))
  }

  failed(failure: DeliveryFailure): void {
    for (const { number, error } of failure.records()) {
      this.#tellFailure(failure.topic, this.#numberOf(number), error)
    }
  }

  #tellFailure(topic: string, number: number, error: KafkaError): void {
    const { key, value } = this.#textsOf(number)
    const exception = `class ${exceptionOf(error)}`
    const name = 'producer_send_error'
    this.#tell({ name, topic, key, value, exception, message: error.message })
  }

  #summary(elapsedMs: number): void {
    const { stdout, clock } = this.#machine
    const average = elapsedMs === 0 ? 0 : (1000 * this.#acked) / elapsedMs
    stdout.write(
      `{"timestamp":${clock.now()},"name":"tool_data","sent":${this.#sent},"acked":${this.#acked},"target_throughput":${this.#throughput},"avg_throughput":${javaDouble(average)}}\n`,
    )
  }

  #tell(event: object): void {
    this.#machine.stdout.write(this.#line(event))
  }

  #line(event: object): string {
    return `${JSON.stringify({ timestamp: this.#machine.clock.now(), ...event })}\n`
  }
}
