/** The transactional ids of one partition of __transaction_state, while this broker leads it. */
import { unreachable } from '../../base/assert.ts'
import type { Clock } from '../../host/clock.ts'
import { KafkaError } from '../../protocol/errors.ts'
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
import { Life, reloadDelayMs } from '../coordinators/life.ts'
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

export class TransactionShard {
  readonly #options: ShardOptions
  readonly #life: Life<AskedEvent, Outcomes[keyof Outcomes]>
  #transactions = new Map<string, Transaction>()

  constructor(options: ShardOptions) {
    this.#options = options
    this.#life = new Life<AskedEvent, Outcomes[keyof Outcomes]>({
      ...options,
      what: 'transactions',
      take: (key, value) => this.#replay(key, value),
      known: () => ({ transactionalIds: this.#transactions.size }),
      begun: () => {
        for (const id of [...this.#transactions.keys()]) this.#play(id, { kind: 'loaded' })
      },
      forget: () => {
        this.#transactions = new Map()
      },
      refuse,
      tooLarge: () => 'UNKNOWN_SERVER_ERROR',
      // Where replicas are missing, the next write would fail as this one did.
      againAfterMs: reloadDelayMs,
    })
    this.#life.begin()
  }

  get isActive(): boolean {
    return this.#life.isActive
  }

  ask<E extends AskedEvent>(id: string, event: E): Promise<OutcomeOf<E>> {
    const answered = this.#life.ask(event, (ask) => {
      this.#play(id, Object.assign(event, { ask }) as TransactionEvent)
    })
    return answered as Promise<OutcomeOf<E>>
  }

  /** As they are once everything decided so far is safe. */
  async contents(): Promise<[id: string, content: Content][]> {
    const found = [...this.#transactions.values()].flatMap(({ id, content }) =>
      content === null ? [] : [[id, content] as [string, Content]],
    )
    await this.#life.pen.settled()
    return found
  }

  lookAll(kind: 'look-at-timeout' | 'look-at-expiry'): void {
    for (const id of [...this.#transactions.keys()]) this.#play(id, { kind })
  }

  settled(): Promise<void> {
    return this.#life.pen.settled()
  }

  close(): void {
    this.#life.close()
  }

  #play(id: string, event: TransactionEvent): void {
    if (!this.#life.isActive) return
    const transaction = this.#transactions.get(id) ?? newTransaction(id)
    const effects = step(transaction, event, this.#options.world())
    this.#keep(transaction)
    const version = this.#options.transactionVersion()
    const records = effects.flatMap((each) =>
      each.kind === 'persist' ? [encodeRecord({ id, content: each.content }, version)] : [],
    )
    if (records.length > 0) this.#life.pen.write(records)
    for (const effect of effects) this.#carryOut(id, effect)
  }

  #carryOut(id: string, effect: TransactionEffect): void {
    switch (effect.kind) {
      case 'persist':
        return
      case 'reply':
        return this.#life.pen.speak(() => this.#life.answer(effect.ask, effect.outcome))
      case 'send-markers':
        return this.#life.pen.speak(() => void this.#sendMarkers(id, effect))
      case 'need-producer-id':
        return void this.#withProducerId(id, effect.event)
      default:
        return unreachable(effect)
    }
  }

  async #withProducerId(
    id: string,
    event: (TransactionEffect & { kind: 'need-producer-id' })['event'],
  ): Promise<void> {
    const isThisLife = this.#life.mark()
    try {
      const freshProducerId = await this.#options.producerId()
      if (isThisLife()) this.#play(id, { ...event, freshProducerId })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (isThisLife()) this.#life.answer(event.ask, refuse(event, 'COORDINATOR_LOAD_IN_PROGRESS'))
    }
  }

  async #sendMarkers(id: string, markers: Markers): Promise<void> {
    const isWanted = this.#life.mark()
    const { producerId, producerEpoch } = markers
    const isMarked = await this.#options.sendMarkers(markers, isWanted)
    if (isMarked && isWanted()) this.#play(id, { kind: 'marked', producerId, producerEpoch })
  }

  #keep(transaction: Transaction): void {
    if (transaction.content === null) this.#transactions.delete(transaction.id)
    else this.#transactions.set(transaction.id, transaction)
  }

  #replay(key: Uint8Array | null, value: Uint8Array | null): void {
    const record = key === null ? null : decodeRecord(key, value)
    if (record === null) return
    const transaction = this.#transactions.get(record.id) ?? newTransaction(record.id)
    apply(transaction, record.content)
    this.#keep(transaction)
  }
}
