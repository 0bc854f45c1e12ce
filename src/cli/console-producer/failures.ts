import type { DeliveryFailure } from '../../client/producer/settings.ts'
import type { Clock } from '../../host/clock.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { type JavaError, javaText } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { logEvent } from '../output/log.ts'
import { kafkaException } from './reader/reader.ts'

/** Failures for which Kafka's tool is known to end with 0, so that scripts count on it; see docs/differences.md. */
const forgiven: readonly ErrorName[] = [
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'REQUEST_TIMED_OUT',
  'INVALID_TOPIC_EXCEPTION',
]

type Run = { first: number; count: number; readonly error: KafkaError | JavaError }

export type FailureStyle = {
  /** As Kafka's tool: its log event, its exit code. Otherwise a sentence with the line's number for each, and 1. */
  readonly isKafkas: boolean
  /** Who it is in Kafka's log. */
  readonly clientId: string
}

/** Tells of records that were not delivered, and remembers how bad it is. */
export class Failures {
  /** How many records failed. */
  count = 0
  /** Lines that the producer was never given, so that its numbers do not count them. */
  linesBefore = 0
  #isForgivable = true
  /** The first one, for who waits for each record. */
  first: KafkaError | JavaError | null = null
  readonly #machine: Machine
  readonly #style: FailureStyle
  readonly #isQuiet: boolean

  constructor(machine: Machine, style: FailureStyle, { isQuiet }: { isQuiet: boolean }) {
    this.#machine = machine
    this.#style = style
    this.#isQuiet = isQuiet
  }

  get exitCode(): number {
    if (this.count === 0) return 0
    return this.#style.isKafkas && this.#isForgivable ? 0 : 1
  }

  take({ topic, records }: DeliveryFailure): void {
    let run: Run | null = null
    for (const { number, keySize, valueSize, isBystander, ...each } of records()) {
      const error = isBystander ? kafkaException(each.error.message) : each.error
      if (this.#style.isKafkas || this.#isQuiet) {
        this.record({ topic, line: this.linesBefore + number + 1, keySize, valueSize }, error)
        continue
      }
      this.#count(error)
      const isNext = run !== null && run.first + run.count === number
      if (isNext && run!.error.message === error.message) run!.count++
      else {
        if (run !== null) this.#tellLines(run)
        run = { first: number, count: 1, error }
      }
    }
    if (run !== null) this.#tellLines(run)
  }

  record(
    record: { topic: string; line: number; keySize: number; valueSize: number },
    error: KafkaError | JavaError,
  ): void {
    this.#count(error)
    if (this.#isQuiet) return
    const { stderr } = this.#machine
    if (this.#style.isKafkas) stderr.write(this.#event(record, error))
    else this.#tellLines({ first: record.line - 1 - this.linesBefore, count: 1, error })
  }

  /** What Kafka's client has logged by the time that somebody throws this. */
  foretell(error: KafkaError): void {
    if (this.#style.isKafkas) this.#machine.stderr.write(this.#before(error))
  }

  #count(error: KafkaError | JavaError): void {
    this.count++
    this.first ??= error
    if (!(error instanceof KafkaError && forgiven.includes(error.error))) this.#isForgivable = false
  }

  /** A sentence for a run of lines: a pipe that breaks must not tell of each of its millions. */
  #tellLines({ first, count, error }: Run): void {
    const line = this.linesBefore + first + 1
    const lines = count === 1 ? `line ${line} was` : `lines ${line} to ${line + count - 1} were`
    this.#machine.stderr.write(`${lines} not delivered: ${error.message} (${simpleName(error)})\n`)
  }

  #event(
    { topic, keySize, valueSize }: { topic: string; keySize: number; valueSize: number },
    error: KafkaError | JavaError,
  ): string {
    const size = (bytes: number) => (bytes < 0 ? 'null' : `${bytes} bytes`)
    const message = `Error when sending message to topic ${topic} with key: ${size(keySize)}, value: ${size(valueSize)} with error:`
    const logger = 'org.apache.kafka.clients.producer.internals.ErrorLoggingCallback'
    return this.#before(error) + logEvent(this.#machine.clock, 'ERROR', message, { logger, error })
  }

  #before(error: KafkaError | JavaError): string {
    return invalidTopicEvent(error, this.#style.clientId, this.#machine.clock)
  }
}

/** What Kafka's producer has logged when it hears of a topic that cannot be. */
export function invalidTopicEvent(error: unknown, clientId: string, clock: Clock): string {
  if (!(error instanceof KafkaError) || error.error !== 'INVALID_TOPIC_EXCEPTION') return ''
  const names = /\[.*\]/s.exec(error.message)?.[0]
  if (names === undefined) return ''
  const text = `[Producer clientId=${clientId}] Metadata response reported invalid topics ${names}`
  return logEvent(clock, 'ERROR', text, { logger: 'org.apache.kafka.clients.Metadata' })
}

const simpleName = (error: KafkaError | JavaError) =>
  javaText(error)
    .split(':')[0]!
    .split('.')
    .at(-1)!
    .replace(/Exception$/, '')
