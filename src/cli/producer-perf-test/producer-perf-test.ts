import { parseJavaDouble } from '../../base/java-double.ts'
import type { Delivery, DeliveryFailure } from '../../client/producer/settings.ts'
import type { Producer, ProducerTopic } from '../../client/producer.ts'
import { pause } from '../../host/clock.ts'
import { systemRandom } from '../../host/random.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { invalidTopicEvent } from '../console-producer/failures.ts'
import { JavaError, javaText } from '../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../machine.ts'
import { parseCommand, serverMissing } from '../options/argparse.ts'
import { helpText } from '../options/help.ts'
import type { Options } from '../options/options.ts'
import { clientMetricsText } from '../output/client-metrics.ts'
import { figuresShown } from '../output/figures.ts'
import { chosenForm, type Form } from '../output/form.ts'
import { show } from '../output/show.ts'
import { Pace } from '../pace.ts'
import { openProducer } from '../producer.ts'
import { findServer, type Server } from '../server.ts'
import { uncaught } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { producerPerfTestDeclaration as declaration } from './declaration.ts'
import { type Payloads, payloadsOf } from './payloads.ts'
import { ensureSensible, propertiesOf } from './settings.ts'
import { StartTimes } from './start-times.ts'
import { Stats } from './stats.ts'
import { TimedTransaction } from './timed-transaction.ts'

export const producerPerfTest: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const { argv, stdout } = machine
  const { options } = argv.length === 0 ? { options: null } : parseCommand(argv, declaration)
  if (options === null || options.has('help')) {
    stdout.write(`${declaration.summary}\n${helpText(declaration)}`)
    return options === null ? 0 : 1
  }
  const server = await findServer(options, machine)
  ensureSensible(options, { needsServer: server.kind === 'none' })
  try {
    return await measure(options, serverOf(server, options), machine)
  } catch (error) {
    throw error instanceof JavaError || error instanceof KafkaError ? uncaught(error) : error
  }
}

// The address may also stand among the settings.
function serverOf(server: Server, options: Options): Server {
  if (options.has('bootstrap-server')) return server
  const pairs = [...options.all('command-property'), ...options.all('producer-props')]
  const text = pairs.find((pair) => pair.startsWith('bootstrap.servers='))?.split('=')[1]
  if (text !== undefined) return { kind: 'given', text }
  if (server.kind === 'none') throw serverMissing(declaration, null)
  return server
}

const reportingIntervalMs = 5000
const transactionDurationMs = 3000
const breathBytes = 256 * 1024

async function measure(options: Options, server: Server, machine: Machine): Promise<number> {
  const { clock } = machine
  const form = chosenForm(options, machine)
  const properties = propertiesOf(options, machine)
  properties.delete('bootstrap.servers')
  const payloads = payloadsOf(options, {
    random: systemRandom,
    write: (text) => talk({ form, machine }, text),
  })
  const count = Number(options.long('num-records'))
  const warmup = Number(options.long('warmup-records') ?? 0n)
  if (warmup > 0) {
    talk(
      { form, machine },
      `Warmup first ${warmup} records. Steady state results will print after the complete test summary.\n`,
    )
  }
  const id = properties.get('transactional.id')
  const clientName = properties.get('client.id')!
  const clientId = `${clientName}${id === undefined ? '' : `, transactionalId=${id}`}`
  const test = new PerfTest({
    options,
    payloads,
    count,
    warmup,
    form,
    machine,
    clientName,
    clientId,
  })
  const at = { tool: declaration.name, server, options, machine }
  const events = {
    onDelivered: (delivery: Delivery) => test.delivered(delivery),
    onFailure: (failure: DeliveryFailure) => test.failed(failure),
  }
  const producer = await openProducer(at, properties, events, { mayTransact: true })
  test.beginsAt(clock.monotonic())
  return test.play(producer)
}

type Parts = {
  options: Options
  payloads: Payloads
  count: number
  warmup: number
  form: Form
  machine: Machine
  clientName: string
  /** Who the producer is in Kafka's log. */
  clientId: string
}

class PerfTest {
  readonly #parts: Parts
  readonly #intervalMs: number
  readonly #starts = new StartTimes()
  readonly #perPartition = new Map<number, number>()
  #failed = 0
  #all!: Stats
  #steady: Stats | null = null
  #transaction: TimedTransaction | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    this.#intervalMs = Number(parts.options.long('reporting-interval') ?? reportingIntervalMs)
  }

  beginsAt(now: number): void {
    this.#all = new Stats(this.#parts.count, now)
  }

  async play(producer: Producer): Promise<number> {
    const { options, payloads, count, warmup, machine } = this.#parts
    const { clock } = machine
    const stopped: { signal: Signal | null } = { signal: null }
    machine.onSignal((signal) => {
      stopped.signal = signal
    })
    const throughput = parseJavaDouble(options.text('throughput')!)!
    const pace = new Pace(clock, throughput)
    let unsent = 0
    const transaction = this.#transactionOf(producer)
    let topic: ProducerTopic | null = null
    for (let number = 0; number < count && stopped.signal === null; number++) {
      const value = payloads(number)
      if (warmup > 0 && number === warmup)
        this.#steady = new Stats(count - warmup, clock.monotonic())
      topic ??= await this.#topicOf(producer)
      if (topic === null) {
        if (throughput > 0) await pace.keep(number)
        continue
      }
      this.#starts.add(clock.monotonic(), value.length)
      const hasRoom = topic.append(clock.now(), null, value)
      if (!hasRoom) await producer.room()
      unsent += value.length
      // What was handed over is sent while nothing else goes on.
      if (unsent >= breathBytes) {
        unsent = 0
        await pause(clock, 0)
      }
      await transaction?.keep()
      if (throughput > 0) await pace.keep(number)
    }
    await transaction?.end()
    await producer.close()
    producer.cluster.close()
    const now = clock.monotonic()
    await this.#tell(this.#all, now, 'records')
    if (this.#steady !== null) await this.#tell(this.#steady, now, 'steady state records')
    if (options.has('print-metrics')) this.#metrics()
    return stopped.signal === null ? 0 : exitCodeOf[stopped.signal]
  }

  /** Null where it cannot be written to, as far as one knows; of every record that is meant for it Kafka's tool says so. */
  async #topicOf(producer: Producer): Promise<ProducerTopic | null> {
    const { options, machine } = this.#parts
    const { stderr, clock } = machine
    const name = options.text('topic')!
    try {
      return await producer.topic(name)
    } catch (error) {
      if (!(error instanceof KafkaError) || stderr.isTerminal) throw error
      stderr.write(invalidTopicEvent(error, this.#parts.clientId, clock))
      stderr.write(`${javaText(error)}\n`)
      this.#transaction?.failed(error)
      return null
    }
  }

  #transactionOf(producer: Producer): TimedTransaction | null {
    const { options, machine } = this.#parts
    if (producer.settings.transactionalId === null) return null
    const durationMs = Number(options.long('transaction-duration-ms') ?? transactionDurationMs)
    this.#transaction = new TimedTransaction(producer, { durationMs, clock: machine.clock })
    return this.#transaction
  }

  delivered({ partition, ranges }: Delivery): void {
    const { clock, warmup } = { ...this.#parts.machine, warmup: this.#parts.warmup }
    const now = clock.monotonic()
    for (const { first, count } of ranges) {
      this.#perPartition.set(partition, (this.#perPartition.get(partition) ?? 0) + count)
      for (let number = first; number < first + count; number++) {
        const { at, size } = this.#starts.take(number)
        this.#all.record(Math.round(now - at), size)
        if (number >= warmup) this.#steady?.record(Math.round(now - at), size)
      }
    }
    this.#report(now)
  }

  failed(failure: DeliveryFailure): void {
    for (const { number, error } of failure.records()) {
      this.#starts.take(number)
      this.#failed++
      this.#parts.machine.stderr.write(`${javaText(error)}\n`)
      this.#transaction?.failed(error)
    }
  }

  #tell(stats: Stats, now: number, what: string): Promise<void> {
    const { form, machine } = this.#parts
    const plain = () => stats.total(now, { what })
    return show(figuresShown(stats.figures(now), { plain, about: { what } }), { form, machine })
  }

  #report(now: number): void {
    if (this.#all.windowAgeMs(now) < this.#intervalMs) return
    talk(this.#parts, this.#all.window(now))
  }

  /** For a person by partition; a script reads those of Kafka's metrics that are known here, too. */
  #metrics(): void {
    const { clientName, form, machine, options } = this.#parts
    if (form === 'plain' && !machine.stdout.isTerminal) {
      const sent = [...this.#perPartition.values()].reduce((sum, count) => sum + count, 0)
      const counted = { 'record-send-total': sent, 'record-error-total': this.#failed }
      const metrics = Object.entries(counted).flatMap(([name, value]) => [
        { group: 'producer-metrics', name, value },
        { group: 'producer-topic-metrics', name, topic: options.text('topic')!, value },
      ])
      return talk(this.#parts, clientMetricsText(clientName, metrics))
    }
    for (const [partition, count] of [...this.#perPartition].sort(([a], [b]) => a - b)) {
      talk(this.#parts, `partition ${partition}: ${count} records\n`)
    }
  }
}

/** What Kafka's tool says on the way; for a program that reads JSON it is talk. */
function talk({ form, machine }: Pick<Parts, 'form' | 'machine'>, text: string): void {
  const { stdout, stderr } = machine
  if (form === 'json') stderr.write(text)
  else stdout.write(text)
}
