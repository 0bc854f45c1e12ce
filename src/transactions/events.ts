/** What a transactional id is asked, and what it answers. Time and fresh producer ids come from the shell. */
import type { ErrorName } from '../protocol/errors.ts'
import type { Content, Partitions } from './state.ts'

export type Ask<K extends keyof Outcomes = keyof Outcomes> = number & { readonly of?: K }

export interface Identity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

export interface InitEvent {
  readonly kind: 'init'
  readonly timeoutMs: number
  /** What the client has been given before (KIP-360); null: it begins. */
  readonly expected: Identity | null
  /** Null until the shell has one at hand. */
  readonly freshProducerId: bigint | null
}

export interface AddPartitionsEvent extends Identity {
  readonly kind: 'add-partitions'
  readonly partitions: Partitions
  readonly clientTransactionVersion: number
}

/** Are the partitions part of the transaction? Brokers ask before they append (KIP-890). */
export interface VerifyEvent extends Identity {
  readonly kind: 'verify'
  readonly partitions: Partitions
}

export interface EndEvent extends Identity {
  readonly kind: 'end'
  readonly commit: boolean
  readonly clientTransactionVersion: number
  readonly freshProducerId: bigint | null
}

export interface DescribeEvent {
  readonly kind: 'describe'
}

export type AskedEvent = InitEvent | AddPartitionsEvent | VerifyEvent | EndEvent | DescribeEvent

export type TransactionEvent =
  | (AskedEvent & { readonly ask: Ask })
  /** Every partition of the transaction has its marker. */
  | ({ readonly kind: 'marked' } & Identity)
  /** The partition's records have been replayed. */
  | { readonly kind: 'loaded' }
  /** From time to time: a transaction that takes too long is aborted. */
  | { readonly kind: 'look-at-timeout' }
  /** From time to time: an id that nobody uses is forgotten. */
  | { readonly kind: 'look-at-expiry' }

export interface IdentityOutcome extends Identity {
  readonly error: ErrorName | 'NONE'
}

/** The answer to each kind of event. */
export interface Outcomes {
  init: IdentityOutcome
  'add-partitions': { readonly error: ErrorName | 'NONE' }
  /** `missing`: the partitions that are not part of the transaction. */
  verify: { readonly error: ErrorName | 'NONE'; readonly missing: Partitions }
  end: IdentityOutcome
  describe: { readonly error: ErrorName | 'NONE'; readonly content: Content | null }
}

export type OutcomeOf<E extends AskedEvent> = Outcomes[E['kind']]

/** What every partition of a transaction is told at its end. */
export interface Markers extends Identity {
  readonly commit: boolean
  readonly partitions: Partitions
  readonly transactionVersion: number
}

export type TransactionEffect =
  | { readonly kind: 'persist'; readonly content: Content | null }
  | { readonly kind: 'reply'; readonly ask: Ask; readonly outcome: Outcomes[keyof Outcomes] }
  /** `marked` comes back when they are written. */
  | ({ readonly kind: 'send-markers' } & Markers)
  /** Nothing has been decided: the same event, with a producer id, decides. */
  | {
      readonly kind: 'need-producer-id'
      readonly event: (InitEvent | EndEvent) & { readonly ask: Ask }
    }
