/** One transactional id driven by hand: asks, answers, markers, and the records that were written. */
import type {
  AskedEvent,
  EndEvent,
  InitEvent,
  Markers,
  OutcomeOf,
  TransactionEvent,
} from '../../src/transactions/events.ts'
import { decodeRecord, encodeRecord } from '../../src/transactions/records.ts'
import {
  type Content,
  newTransaction,
  type Partitions,
  type Transaction,
} from '../../src/transactions/state.ts'
import { step } from '../../src/transactions/step.ts'
import { apply } from '../../src/transactions/turn.ts'

export class Drive {
  now = 1_000_000
  transaction: Transaction = newTransaction('tx')
  readonly records: { key: Uint8Array; value: Uint8Array | null }[] = []
  markers: Markers | null = null
  nextProducerId = 100n
  #answers = new Map<number, unknown>()
  #asks = 0

  get content(): Content {
    if (this.transaction.content === null) throw new Error('nothing is known of it')
    return this.transaction.content
  }

  ask<E extends AskedEvent>(event: E): OutcomeOf<E> {
    const ask = ++this.#asks
    this.play({ ...event, ask } as TransactionEvent)
    return this.#answers.get(ask) as OutcomeOf<E>
  }

  play(event: TransactionEvent): void {
    const world = {
      now: this.now,
      transactionMaxTimeoutMs: 900_000,
      transactionalIdExpirationMs: 1000,
    }
    for (const effect of step(this.transaction, event, world)) {
      if (effect.kind === 'reply') this.#answers.set(effect.ask, effect.outcome)
      if (effect.kind === 'send-markers') this.markers = effect
      if (effect.kind === 'persist')
        this.records.push(encodeRecord({ id: 'tx', content: effect.content }, 2))
      if (effect.kind === 'need-producer-id') {
        this.play({ ...effect.event, freshProducerId: this.nextProducerId++ })
      }
    }
  }

  /** Everything is forgotten and read again. */
  reload(): void {
    this.transaction = newTransaction('tx')
    this.markers = null
    for (const { key, value } of this.records) {
      apply(this.transaction, decodeRecord(key, value)!.content)
    }
    this.play({ kind: 'loaded' })
  }

  init(expected: InitEvent['expected'] = null, timeoutMs = 60_000) {
    return this.ask<InitEvent>({ kind: 'init', timeoutMs, expected, freshProducerId: null })
  }

  add(producerId: bigint, producerEpoch: number, version = 2, partitions: Partitions = t0) {
    const event = { kind: 'add-partitions' as const, producerId, producerEpoch, partitions }
    return this.ask({ ...event, clientTransactionVersion: version }).error
  }

  end(producerId: bigint, producerEpoch: number, commit = true, version = 2) {
    const event = { kind: 'end' as const, producerId, producerEpoch, commit }
    const versions = { clientTransactionVersion: version, freshProducerId: null }
    return this.ask<EndEvent>({ ...event, ...versions })
  }

  marked(): void {
    const { producerId, producerEpoch } = this.markers!
    this.markers = null
    this.play({ kind: 'marked', producerId, producerEpoch })
  }
}

export const t0: Partitions = new Map([['t', new Set([0])]])
