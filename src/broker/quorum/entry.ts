/**
 * A node comes into its cluster: the controller registers, then the broker. Kafka's `initial.broker.registration.timeout.ms`
 * bounds how long that may take; who does not get in by then ends, and says what stood in the way.
 */
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { obstacles, type ToController } from './broker-lifecycle.ts'
import type { QuorumOptions } from './options.ts'

type EntryOptions = Pick<QuorumOptions, 'clusterId' | 'clock' | 'logger' | 'settings'>

const attemptMs = 10_000

export class Entry {
  readonly #options: EntryOptions
  readonly #controller: ToController
  #obstacle: ErrorName = 'REQUEST_TIMED_OUT'

  constructor(options: EntryOptions, controller: ToController) {
    this.#options = options
    this.#controller = controller
  }

  /** Somebody does not take this node for one of the cluster. */
  refused(error: ErrorName): void {
    const what = obstacles[error]
    if (what === undefined || error === this.#obstacle) return
    this.#obstacle = error
    const { logger, clusterId } = this.#options
    logger.warn({ clusterId }, `${what}; trying on until initial.broker.registration.timeout.ms`)
  }

  /** Whatever this promise rejects with passes on. */
  async whileAsking<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      if (error instanceof KafkaError) this.refused(error.error)
      throw error
    }
  }

  /** Throws what stood in the way last, when the time is over. */
  async within(register: (controller: ToController) => Promise<void>): Promise<void> {
    const { clock, settings } = this.#options
    const patienceMs = settings().get('initial.broker.registration.timeout.ms')
    let cancel = () => {}
    const tooLate = new Promise<never>((_, reject) => {
      cancel = clock.schedule(patienceMs, () => reject(this.#givenUp(patienceMs)))
    })
    let isOver = false
    // Who is asked may stand still, and be the leader no longer.
    const patient: ToController = async (api, request) => {
      for (;;) {
        try {
          return await this.#controller(api, request, attemptMs)
        } catch (error) {
          const isPassing = error instanceof KafkaError && error.fate !== 'final'
          if (!isPassing || isOver) throw error
        }
      }
    }
    try {
      await Promise.race([register(patient), tooLate])
    } finally {
      isOver = true
      cancel()
    }
  }

  #givenUp(patienceMs: number): KafkaError {
    const why = obstacles[this.#obstacle] ?? 'the metadata quorum has no leader that answers'
    const what = `not registered within ${patienceMs} ms (initial.broker.registration.timeout.ms)`
    return new KafkaError(this.#obstacle, `${what}: ${why}`)
  }
}
