import type { Producer } from '../../client/producer.ts'
import type { Clock } from '../../host/clock.ts'
import type { ErrorName, KafkaError } from '../../protocol/errors.ts'
import { exceptionOf, JavaError } from '../java/errors.ts'

/** One transaction after the other, each committed when it is old enough. With a record missing it is aborted, and that is all. */
export class TimedTransaction {
  readonly #producer: Producer
  readonly #clock: Clock
  readonly #durationMs: number
  #begunAt: number
  #failure: KafkaError | null = null

  constructor(producer: Producer, { clock, durationMs }: { clock: Clock; durationMs: number }) {
    this.#producer = producer
    this.#clock = clock
    this.#durationMs = durationMs
    this.#begunAt = clock.monotonic()
  }

  failed(error: KafkaError): void {
    this.#failure ??= error
  }

  /** To be called after every record. */
  async keep(): Promise<void> {
    if (this.#clock.monotonic() - this.#begunAt < this.#durationMs) return
    await this.end()
    this.#begunAt = this.#clock.monotonic()
  }

  async end(): Promise<void> {
    await this.#producer.flush()
    const failure = this.#failure
    await this.#producer.endTransaction({ committed: failure === null })
    if (failure !== null) throw inErrorState(failure)
  }
}

/** What Kafka's producer tells by its own name; of every other failure it says that it has come into a state of error. */
const fenced: readonly ErrorName[] = ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH']

function inErrorState(failure: KafkaError): Error {
  if (fenced.includes(failure.error)) return failure
  return new JavaError(
    'org.apache.kafka.common.KafkaException',
    'Cannot execute transactional method because we are in an error state',
    { cause: new JavaError(exceptionOf(failure), failure.message) },
  )
}
