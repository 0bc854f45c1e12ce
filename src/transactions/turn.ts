import type { ErrorName } from '../protocol/errors.ts'
import type { Ask, IdentityOutcome, Outcomes, TransactionEffect } from './events.ts'
import { type Content, noEpoch, noProducerId, type Transaction } from './state.ts'

/** What a turn is told besides the event; the configurations are named as Kafka's. */
export interface World {
  readonly now: number
  readonly transactionMaxTimeoutMs: number
  readonly transactionalIdExpirationMs: number
}

export interface Turn {
  readonly transaction: Transaction
  readonly world: World
  readonly effects: TransactionEffect[]
}

/** Changes what is known and asks that it be written; the two are never apart. */
export function remember({ transaction, effects }: Turn, content: Content | null): void {
  apply(transaction, content)
  effects.push({ kind: 'persist', content })
}

/** What a record means, for the live path and for the replay alike. */
export function apply(transaction: Transaction, content: Content | null): void {
  transaction.content = content
}

export function reply<K extends keyof Outcomes>(
  { effects }: Turn,
  ask: Ask<K>,
  outcome: Outcomes[K],
): void {
  effects.push({ kind: 'reply', ask, outcome })
}

export const refusedIdentity = (error: ErrorName): IdentityOutcome => ({
  error,
  producerId: noProducerId,
  producerEpoch: noEpoch,
})
