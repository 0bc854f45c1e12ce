/**
 * The transactional ids of one partition of __transaction_state, while this broker leads it. A turn decides, writes, and then
 * speaks; when a write fails, everything here is dropped and read again from the log (house, rule 6).
 *
 *   loading ──► active ──► closed
 *      ▲──────────┘ a write failed
 */
import { unreachable } from '../../base/assert.ts'
import type { Clock } from '../../host/clock.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type {
  AskedEvent,
  Markers,
  OutcomeOf,
  Outcomes,
  TransactionEffect,
  TransactionEvent,
} from '../../transactions/events.ts'
import { decodeRecord, encodeRecord } from '../../transactions/records.ts'
import { refuse } from '../../transactions/refuse.ts'
import { type Content, newTransaction, type Transaction } from '../../transactions/state.ts'
import { step } from '../../transactions/step.ts'
import { apply, type World } from '../../transactions/turn.ts'
import { Pen } from '../groups/pen.ts'
import { writeError } from '../groups/write-error.ts'
import type { CoordinatorJournal } from '../journal.ts'
import type { Logger } from '../logger.ts'

export interface ShardOptions {
  readonly partition: number
  readonly journal: CoordinatorJournal
  readonly clock: Clock
  readonly logger: Logger
  readonly world: () => World
  /** The finalized level of the feature. */
  readonly transactionVersion: () => number
  /** @throws {KafkaError} when none can be had. */
  readonly producerId: () => Promise<bigint>
  /** Resolves when every partition has its marker; false: this broker may no longer say so. */
  readonly sendMarkers: (markers: Markers, isWanted: () => boolean) => Promise<boolean>
}

interface Pending {
  readonly event: AskedEvent
  readonly resolve: (outcome: never) => void
}

// What cannot be read (no leader yet, a disk that fails) or written (too few replicas) is tried again.
const reloadDelayMs = 500

export class TransactionShard {
  readonly #options: ShardOptions
  #phase: 'loading' | 'active' | 'closed' = 'loading'
  /** Distinguishes lives: what was begun in one has no meaning in the next. */
  #life = 0
  #pen!: Pen
  #transactions = new Map<string, Transaction>()
  #asks = new Map<number, Pending>()
  #lastAsk = 0

  constructor(options: ShardOptions) {
    this.#options = options
    void this.#load()
  }

  get isActive(): boolean {
    return this.#phase === 'active'
  }

  ask<E extends AskedEvent>(id: string, event: E): Promise<OutcomeOf<E>> {
    if (this.#phase !== 'active') {
      const error = this.#phase === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR'
      return Promise.resolve(refuse(event, error) as OutcomeOf<E>)
    }
    return new Promise((resolve) => {
      const ask = ++this.#lastAsk
      this.#asks.set(ask, { event, resolve })
      this.#play(id, { ...event, ask } as TransactionEvent)
    })
  }

  /** As they are once everything decided so far is safe. */
  async contents(): Promise<[id: string, content: Content][]> {
    const found = [...this.#transactions.values()].flatMap(({ id, content }) =>
      content === null ? [] : [[id, content] as [string, Content]],
    )
    await this.#pen.settled()
    return found
  }

  lookAll(kind: 'look-at-timeout' | 'look-at-expiry'): void {
    for (const id of [...this.#transactions.keys()]) this.#play(id, { kind })
  }

  settled(): Promise<void> {
    return this.#pen.settled()
  }

  close(): void {
    this.#phase = 'closed'
    this.#forget('NOT_COORDINATOR')
  }

  #play(id: string, event: TransactionEvent): void {
    if (this.#phase !== 'active') return
    const transaction = this.#transactions.get(id) ?? newTransaction(id)
    const effects = step(transaction, event, this.#options.world())
    this.#keep(transaction)
    const version = this.#options.transactionVersion()
    const records = effects.flatMap((each) =>
      each.kind === 'persist' ? [encodeRecord({ id, content: each.content }, version)] : [],
    )
    if (records.length > 0) this.#pen.write(records)
    for (const effect of effects) this.#carryOut(id, effect)
  }

  #carryOut(id: string, effect: TransactionEffect): void {
    switch (effect.kind) {
      case 'persist':
        return
      case 'reply':
        return this.#pen.speak(() => this.#answer(effect.ask, effect.outcome))
      case 'send-markers':
        return this.#pen.speak(() => void this.#sendMarkers(id, effect))
      case 'need-producer-id':
        return void this.#withProducerId(id, effect.event)
      default:
        return unreachable(effect)
    }
  }

  #answer(ask: number, outcome: Outcomes[keyof Outcomes]): void {
    const pending = this.#asks.get(ask)
    this.#asks.delete(ask)
    pending?.resolve(outcome as never)
  }

  async #withProducerId(
    id: string,
    event: (TransactionEffect & { kind: 'need-producer-id' })['event'],
  ): Promise<void> {
    const life = this.#life
    try {
      const freshProducerId = await this.#options.producerId()
      if (this.#life === life) this.#play(id, { ...event, freshProducerId })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (this.#life === life)
        this.#answer(event.ask, refuse(event, 'COORDINATOR_LOAD_IN_PROGRESS'))
    }
  }

  async #sendMarkers(id: string, markers: Markers): Promise<void> {
    const life = this.#life
    const isWanted = () => this.#life === life && this.#phase === 'active'
    const { producerId, producerEpoch } = markers
    const isMarked = await this.#options.sendMarkers(markers, isWanted)
    if (isMarked && isWanted()) this.#play(id, { kind: 'marked', producerId, producerEpoch })
  }

  #keep(transaction: Transaction): void {
    if (transaction.content === null) this.#transactions.delete(transaction.id)
    else this.#transactions.set(transaction.id, transaction)
  }

  async #load(): Promise<void> {
    const { journal, partition, logger } = this.#options
    const life = ++this.#life
    this.#phase = 'loading'
    this.#pen = new Pen({
      journal,
      partition,
      onFailure: (error) => {
        if (this.#life === life && this.#phase === 'active') this.#drop(error)
      },
    })
    try {
      await journal.replay(partition, (key, value) => {
        if (this.#life === life && key !== null) this.#replay(key, value)
      })
      if (this.#life !== life || this.#phase !== 'loading') return
      logger.info({ partition, transactionalIds: this.#transactions.size }, 'transactions loaded')
    } catch (error) {
      if (this.#life !== life || this.#phase !== 'loading') return
      logger.warn({ partition, error }, 'transactions not loaded; trying again')
      this.#transactions.clear()
      return this.#loadLater(life)
    }
    this.#phase = 'active'
    for (const id of [...this.#transactions.keys()]) this.#play(id, { kind: 'loaded' })
  }

  #loadLater(life: number): void {
    this.#options.clock.schedule(reloadDelayMs, () => {
      if (this.#life === life && this.#phase === 'loading') void this.#load()
    })
  }

  #replay(key: Uint8Array, value: Uint8Array | null): void {
    const record = decodeRecord(key, value)
    if (record === null) return
    const transaction = this.#transactions.get(record.id) ?? newTransaction(record.id)
    apply(transaction, record.content)
    this.#keep(transaction)
  }

  /** Later, not at once: where replicas are missing, the next write would fail as this one did. */
  #drop(error: unknown): void {
    const { partition, logger } = this.#options
    logger.warn(
      { partition, error },
      'a write of the transaction coordinator failed; reading again',
    )
    this.#phase = 'loading'
    this.#forget(error)
    this.#loadLater(this.#life)
  }

  /** Whoever waits is told why. */
  #forget(cause: ErrorName | unknown): void {
    this.#life++
    this.#transactions = new Map()
    const asks = this.#asks
    this.#asks = new Map()
    for (const { event, resolve } of asks.values()) {
      const error = typeof cause === 'string' ? (cause as ErrorName) : writeError('leave', cause)
      resolve(refuse(event, error) as never)
    }
  }
}
