import type { Producer } from '../../client/producer.ts'
import type { Clock } from '../../host/clock.ts'
import type { KafkaError } from '../../protocol/errors.ts'

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
    if (failure !== null) throw failure
  }
}
