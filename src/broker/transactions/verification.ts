/**
 * Before records of a transaction are appended where it has none yet, its coordinator says whether the partition is part of it, or
 * adds it (KIP-890): else records could lie there that no marker ever ends. What comes for the same partition and producer while
 * the answer is on its way waits behind it, so that the order of requests stays the order in the log.
 */
import { type Clock, pause } from '../../host/clock.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import type { Identity } from '../../transactions/events.ts'
import type { TopicPartition } from '../replicas.ts'

export interface Claim {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
  /** Add the partition, where a client leaves that to brokers; else only ask. */
  readonly adds: boolean
}

export interface VerificationOptions {
  readonly clock: Clock
  readonly ask: (claim: Claim, at: TopicPartition) => Promise<ErrorName>
  readonly retryBackoffMs: () => number
  readonly retryBackoffMaxMs: () => number
}

interface Use<T> {
  /** The transaction has records there by now, and needs no question. */
  readonly isOpen: () => boolean
  readonly use: (error: ErrorName) => T
}

/** Those who wait for the same answer, one behind the other. */
interface Line {
  waiting: number
  /** How often a transaction ended here meanwhile. */
  ends: number
  /** The highest epoch of their markers. */
  endEpoch: number
  last: Promise<unknown>
}

export class Verification {
  readonly #options: VerificationOptions
  readonly #lines = new Map<string, Line>()

  constructor(options: VerificationOptions) {
    this.#options = options
  }

  /** Whether somebody waits there: who comes later waits too. */
  isPending(at: TopicPartition, producerId: bigint): boolean {
    return this.#lines.has(keyOf(at, producerId))
  }

  /** Calls `use` when the coordinator has answered, in the order of the calls. */
  async verified<T>(claim: Claim, at: TopicPartition, how: Use<T>): Promise<Awaited<T>> {
    const key = keyOf(at, claim.producerId)
    const line = this.#lines.get(key) ?? {
      waiting: 0,
      ends: 0,
      endEpoch: -1,
      last: Promise.resolve(),
    }
    this.#lines.set(key, line)
    line.waiting++
    const before = line.last
    const turn = before
      .then(() => (how.isOpen() ? 'NONE' : this.#ask(claim, at, line)))
      // In a box: what `use` waits for is not for those behind it to wait for.
      .then((error) => ({ used: how.use(error) }))
      .finally(() => {
        if (--line.waiting === 0) this.#lines.delete(key)
      })
    line.last = turn.catch(() => {})
    return await (await turn).used
  }

  /** Who was about to append to the transaction that ends here with a marker of that epoch is too late. */
  ended(at: TopicPartition, { producerId, producerEpoch }: Identity): void {
    const line = this.#lines.get(keyOf(at, producerId))
    if (line === undefined) return
    line.ends++
    line.endEpoch = Math.max(line.endEpoch, producerEpoch)
  }

  async #ask(claim: Claim, at: TopicPartition, line: Line): Promise<ErrorName> {
    const { clock, ask, retryBackoffMs, retryBackoffMaxMs } = this.#options
    const since = clock.monotonic()
    for (;;) {
      const { ends } = line
      const error = await ask(claim, at)
      if (error === 'NONE') return isLate(claim, line, ends) ? 'INVALID_TXN_STATE' : 'NONE'
      const isEnough = clock.monotonic() - since >= retryBackoffMaxMs()
      // The last transaction's markers are on their way: mostly they are there in a moment.
      if (error !== 'CONCURRENT_TRANSACTIONS' || !claim.adds || isEnough) return error
      await pause(clock, retryBackoffMs())
    }
  }
}

/**
 * Whether the transaction that the coordinator spoke of has ended since it was asked. Where brokers add partitions a transaction ends
 * with a higher epoch than its own; a marker of the same one belongs to the transaction before, whose end the coordinator may have
 * seen before it saw the question.
 */
const isLate = ({ adds, producerEpoch }: Claim, { ends, endEpoch }: Line, endsBefore: number) =>
  adds ? endEpoch > producerEpoch : ends !== endsBefore

const keyOf = ({ topic, partition }: TopicPartition, producerId: bigint): string =>
  `${topic}-${partition} ${producerId}`
