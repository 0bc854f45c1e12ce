import type { RecordRun } from '../../client/consumer/record-run.ts'
import type { Consumer } from '../../client/consumer.ts'
import { partitionKey } from '../../client/topic-partition.ts'
import { systemRandom } from '../../host/random.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { parsePairs, readProperties } from '../config/file.ts'
import { clientEvents, consumerFailure } from '../console-consumer/client-events.ts'
import { type OpenConsumer, openConsumer, subscribe } from '../consumer.ts'
import { dateFormat } from '../java/date-format.ts'
import { illegalArgument, JavaError } from '../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../machine.ts'
import { refuseTogether, requireExactlyOne, requireOptions, UsageError } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { clientMetricsText } from '../output/client-metrics.ts'
import { figure, figuresShown, rateFigures } from '../output/figures.ts'
import { chosenForm, type Form } from '../output/form.ts'
import { show } from '../output/show.ts'
import { findServer } from '../server.ts'
import { isTold, traced } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { consumerPerfTestDeclaration as declaration } from './declaration.ts'
import { detailHeader, figures, type Measured, summaryHeader } from './rows.ts'

export const consumerPerfTest: Tool = { declaration, run }

async function run(machine: Machine): Promise<number> {
  const { stdout } = machine
  const options = parsed(machine)
  if (isVersionAlone(options, declaration, machine)) return 0
  const server = await findServer(options, machine)
  if (server.kind === 'none') requireOptions(options, 'bootstrap-server')
  requireExactlyOne(options, ['messages', 'num-records'])
  if (options.has('messages')) {
    stdout.write('Warning: --messages is deprecated. Use --num-records instead.\n')
  }
  requireExactlyOne(options, ['topic', 'include'])
  refuseTogether(options, 'consumer.config', ['command-config'])
  if (options.has('consumer.config')) {
    stdout.write('Warning: --consumer.config is deprecated. Use --command-config instead.\n')
  }
  try {
    const isDetailed = options.has('show-detailed-stats')
    const form = chosenForm(options, machine)
    // The times on the way are in Kafka's columns whatever the form.
    if (!options.has('hide-header') && (form === 'plain' || isDetailed)) {
      talkOf(form, machine)(isDetailed ? detailHeader : summaryHeader)
    }
    const properties = propertiesOf(options)
    const at = { tool: declaration.name, server, options, machine }
    const opened = await openConsumer(at, properties)
    const { consumer } = opened
    const { configs } = opened
    const [pollRecordsMax, clientId] = [configs.get('max.poll.records'), configs.get('client.id')]
    const test = new PerfTest({ options, form, machine, pollRecordsMax, clientId })
    try {
      return await test.play(consumer).catch(asLogged(opened, machine))
    } finally {
      await consumer.close()
      consumer.cluster.close()
    }
  } catch (error) {
    const isOurs = error instanceof JavaError || error instanceof KafkaError
    throw isTold(error) || !isOurs ? error : traced(error)
  }
}

/** What goes wrong while it reads Kafka's client logs before the tool tells of it. */
function asLogged(opened: OpenConsumer, { clock }: Machine): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof KafkaError)) throw error
    throw traced(consumerFailure(error), { log: clientEvents(error, opened, clock) })
  }
}

function parsed({ argv }: Machine): Options {
  try {
    return parse(argv, declaration.options)
  } catch (error) {
    throw error instanceof JavaError ? new UsageError(error.message) : error
  }
}

const randomGroups = 100_000

function propertiesOf(options: Options): Map<string, string> {
  const file = options.text('command-config') ?? options.text('consumer.config')
  const group = `perf-consumer-${Math.floor(systemRandom.number() * randomGroups)}`
  const properties = new Map([
    ...(file === undefined ? [] : readProperties(file)),
    ...parsePairs(options.all('command-property')),
    ['group.id', options.text('group') ?? group] as const,
    ['receive.buffer.bytes', String(options.integer('socket-buffer-size'))] as const,
    ['max.partition.fetch.bytes', String(options.integer('fetch-size'))] as const,
    ['auto.offset.reset', options.has('from-latest') ? 'latest' : 'earliest'] as const,
    ['check.crcs', 'false'] as const,
  ])
  properties.delete('bootstrap.servers')
  if (!properties.has('client.id')) properties.set('client.id', 'perf-consumer-client')
  return properties
}

const pollMs = 100

type Times = { startedAt: number; endedAt: number; elapsedMs: number }

/** What Kafka's tool says beside its summary; for a program that reads JSON it is talk. */
function talkOf(form: Form, { stdout, stderr }: Machine): (text: string) => void {
  return (text) => (form === 'json' ? stderr : stdout).write(text)
}

class PerfTest {
  readonly #options: Options
  readonly #machine: Machine
  readonly #form: Form
  readonly #talk: (text: string) => void
  readonly #max: number
  readonly #intervalMs: number
  readonly #pollRecordsMax: number
  readonly #clientId: string
  readonly #time: (ms: number) => string
  readonly #perPartition = new Map<string, number>()
  readonly #perTopic = new Map<string, number>()
  #bytes = 0
  #records = 0
  #rebalanceMs = 0
  #rebalancingSince = 0
  #reported: { at: number; before: Measured }

  constructor({
    options,
    form,
    machine,
    pollRecordsMax,
    clientId,
  }: {
    options: Options
    form: Form
    machine: Machine
    pollRecordsMax: number
    clientId: string
  }) {
    this.#clientId = clientId
    this.#pollRecordsMax = pollRecordsMax
    this.#options = options
    this.#form = form
    this.#talk = talkOf(form, machine)
    this.#machine = machine
    this.#max = Number(options.long('num-records') ?? options.long('messages'))
    this.#intervalMs = Number(options.long('reporting-interval'))
    if (this.#intervalMs <= 0) throw illegalArgument('Reporting interval must be greater than 0.')
    this.#time = dateFormat(options.text('date-format')!)
    this.#reported = { at: 0, before: this.#measured(0) }
  }

  async play(consumer: Consumer): Promise<number> {
    const { clock, onSignal } = this.#machine
    const stopped: { signal: Signal | null } = { signal: null }
    onSignal((signal) => {
      stopped.signal = signal
      consumer.wakeup()
    })
    const [startedAt, beganAt] = [clock.now(), clock.monotonic()]
    this.#rebalancingSince = beganAt
    this.#reported.at = beganAt
    this.#subscribe(consumer)
    let lastAt = beganAt
    // Kafka's tool reads the option where it waits, so that a bad one is found only there.
    const timeoutMs = () => Number(this.#options.long('timeout'))
    while (this.#records < this.#max && stopped.signal === null) {
      if (clock.monotonic() - lastAt > timeoutMs()) break
      const run = await consumer.poll(pollMs)
      if (run !== null && this.#take(run) > 0) lastAt = clock.monotonic()
      this.#report()
    }
    const elapsedMs = clock.monotonic() - beganAt
    if (this.#records < this.#max && stopped.signal === null) {
      this.#talk(
        `WARNING: Exiting before consuming the expected number of records: timeout (${timeoutMs()} ms) exceeded. You can use the --timeout option to increase the timeout.\n`,
      )
    }
    await this.#summary({ startedAt, endedAt: clock.now(), elapsedMs })
    if (this.#options.has('print-metrics')) this.#metrics()
    return stopped.signal === null ? 0 : exitCodeOf[stopped.signal]
  }

  async #summary({ startedAt, endedAt, elapsedMs }: Times): Promise<void> {
    if (this.#form === 'plain' && this.#options.has('show-detailed-stats')) return
    const measured = this.#measured(elapsedMs)
    const [startTime, endTime] = [this.#time(startedAt), this.#time(endedAt)]
    const plain = () => `${startTime}, ${endTime}, ${figures(measured)}\n`
    const all = [
      ...rateFigures(measured.records, measured.bytes, elapsedMs),
      figure('rebalanceMs', 'of it rebalancing', Math.round(measured.rebalanceMs), { unit: 'ms' }),
    ]
    const shown = figuresShown(all, { plain, about: { startTime, endTime } })
    await show(shown, { form: this.#form, machine: this.#machine })
  }

  #subscribe(consumer: Consumer): void {
    const { clock } = this.#machine
    const wanted = { topic: this.#options.text('topic'), include: this.#options.text('include') }
    subscribe(consumer, wanted, {
      revoked: () => {
        this.#rebalancingSince = clock.monotonic()
      },
      assigned: () => {
        this.#rebalanceMs += clock.monotonic() - this.#rebalancingSince
      },
    })
  }

  #take(run: RecordRun): number {
    const { cursor } = run
    let count = 0
    while (count < this.#pollRecordsMax && run.next()) {
      count++
      this.#bytes += cursor.keyEnd - cursor.keyStart + cursor.valueEnd - cursor.valueStart
    }
    this.#records += count
    const key = partitionKey(run.topic, run.partition)
    this.#perPartition.set(key, (this.#perPartition.get(key) ?? 0) + count)
    this.#perTopic.set(run.topic, (this.#perTopic.get(run.topic) ?? 0) + count)
    return count
  }

  #measured(elapsedMs: number): Measured {
    const { bytes, records, rebalanceMs } = {
      bytes: this.#bytes,
      records: this.#records,
      rebalanceMs: this.#rebalanceMs,
    }
    return { bytes, records, elapsedMs, rebalanceMs }
  }

  #report(): void {
    if (!this.#options.has('show-detailed-stats')) return
    const { clock } = this.#machine
    const now = clock.monotonic()
    const { at, before } = this.#reported
    if (now - at < this.#intervalMs) return
    const total = this.#measured(now - at)
    const part = {
      bytes: total.bytes - before.bytes,
      records: total.records - before.records,
      rebalanceMs: total.rebalanceMs - before.rebalanceMs,
      elapsedMs: now - at,
    }
    this.#talk(`${this.#time(clock.now())}, 0, ${figures(total, part)}\n`)
    this.#reported = { at: now, before: total }
  }

  /** For a person by partition; a script reads those of Kafka's metrics that are known here, too. */
  #metrics(): void {
    if (this.#form === 'plain' && !this.#machine.stdout.isTerminal) {
      const consumed = { group: 'consumer-fetch-manager-metrics', name: 'records-consumed-total' }
      const ofTopics = [...this.#perTopic].map(([topic, value]) => ({ ...consumed, topic, value }))
      const all = [...ofTopics, { ...consumed, value: this.#records }]
      return this.#talk(clientMetricsText(this.#clientId, all))
    }
    for (const [partition, count] of [...this.#perPartition].sort()) {
      this.#talk(`partition ${partition}: ${count} records\n`)
    }
  }
}
