/** Requests that wait for their answers, which come in the order of the requests. */
import type { Cancel, Clock } from '../host/clock.ts'
import { decodeFrom, responseHeaderVersion } from '../protocol/codec.ts'
import type { KafkaError } from '../protocol/errors.ts'
import { responseHeader } from '../protocol/headers.ts'
import { malformed, Reader } from '../protocol/reader.ts'
import type { AnyApi } from '../protocol/schema.ts'

export type Question = {
  readonly api: AnyApi
  readonly version: number
  readonly correlationId: number
  /** The body is wanted as it came, for its version is still open. */
  readonly isRaw: boolean
  readonly timeoutMs: number
  resolve(answer: unknown): void
  reject(error: KafkaError): void
}

export class Pending {
  readonly #clock: Clock
  readonly #late: (question: Question) => void
  readonly #waiting: { readonly question: Question; readonly cancelTimer: Cancel }[] = []

  /** `late` is told when the time for an answer is over. */
  constructor(clock: Clock, late: (question: Question) => void) {
    this.#clock = clock
    this.#late = late
  }

  get size(): number {
    return this.#waiting.length
  }

  add(question: Question): void {
    const cancelTimer = this.#clock.schedule(question.timeoutMs, () => this.#late(question), {
      keepAlive: true,
    })
    this.#waiting.push({ question, cancelTimer })
  }

  /** Gives the answer to whom it belongs. Throws INVALID_REQUEST for what is none. */
  answer(frame: Uint8Array): unknown {
    const first = this.#waiting[0]
    if (first === undefined) throw malformed('an answer to no request')
    const { api, version, correlationId, isRaw, resolve } = first.question
    const reader = new Reader(frame)
    const header = decodeFrom(reader, responseHeader, responseHeaderVersion(api, version))
    if (header.correlationId !== correlationId) {
      throw malformed(`correlation id ${header.correlationId} where ${correlationId} was due`)
    }
    const answer = isRaw
      ? reader.bytes(reader.remaining)
      : decodeFrom(reader, api.response, version)
    this.#waiting.shift()
    first.cancelTimer()
    resolve(answer)
    return answer
  }

  failAll(cause: KafkaError): void {
    for (const { question, cancelTimer } of this.#waiting.splice(0)) {
      cancelTimer()
      question.reject(cause)
    }
  }
}
