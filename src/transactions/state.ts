/**
 * One transactional id and its present transaction (KIP-98, KIP-890), as records of `__transaction_state` tell it.
 *
 *            ┌────────────────────────── InitProducerId ──────────────────────────┐
 *            ▼                                                                    │
 *   ──► Empty ─────────► Ongoing ─────────► PrepareCommit ─────────► CompleteCommit ──► Dead
 *        │    partitions │  ▲  │   commit                 markers      │    │
 *        │         added │  │  │ abort                                 │    │ partitions added: Ongoing
 *        │               │  │  ▼                                       │    │
 *        │               │  └─── CompleteAbort ◄──── PrepareAbort ◄────┘    │ (or aborted with nothing in it)
 *        │      fenced,  ▼                   markers     ▲ ▲                │
 *        │   timed out  PrepareEpochFence ───────────────┘ │                │
 *        └─────────────────────────────────────────────────┘                │
 *
 * PrepareEpochFence lasts no longer than one turn: the epoch is raised, and the abort begins. Empty and both Complete states may
 * become Empty (a producer begins anew), Ongoing, PrepareAbort (an abort with nothing in it) and Dead (long unused).
 */
import { assert } from '../base/assert.ts'

/** In the order of their numbers in the log. */
export const states = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const
export type State = (typeof states)[number]

export const moves = {
  Empty: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Dead: [],
  PrepareEpochFence: ['PrepareAbort'],
} as const satisfies Record<State, readonly State[]>

/** By topic. */
export type Partitions = ReadonlyMap<string, ReadonlySet<number>>

export interface Content {
  readonly state: State
  readonly producerId: bigint
  /** Before the last change; a client that has not heard of it may ask again under it. */
  readonly previousProducerId: bigint
  /** Takes over when the transaction has ended: the epochs of the present one are used up. */
  readonly nextProducerId: bigint
  readonly producerEpoch: number
  /** The one before the last raise, for a client that has not heard of it. Not in the log: forgotten when the coordinator moves. */
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  readonly partitions: Partitions
  readonly updatedAt: number
  /** −1: no transaction has begun. */
  readonly startedAt: number
  /** 2: the client knows that its epoch grows with every transaction (KIP-890); 0: it does not. */
  readonly clientTransactionVersion: number
}

export interface Transaction {
  readonly id: string
  /** Null: nothing is known of this id. */
  content: Content | null
}

export const noProducerId = -1n
export const noEpoch = -1
export const noPartitions: Partitions = new Map()
/** The last epoch is for the coordinator alone: a client that has the one before it gets a new producer id. */
export const lastEpoch = 32_767
const epochTv2 = 2

export const newTransaction = (id: string): Transaction => ({ id, content: null })

/**
 * The decision is written, the markers are on their way. Everybody is asked to come again, whoever he is: the client may know the
 * identity that counts afterwards, or want to begin the next transaction.
 */
export const isEnding = ({ state }: Content): boolean =>
  state === 'PrepareCommit' || state === 'PrepareAbort'

/** Whether a client can be at this epoch. */
export const isGivenAway = (epoch: number): boolean => epoch < lastEpoch

export const isExhausted = (epoch: number): boolean => epoch >= lastEpoch - 1

export const raisesEpochs = (transactionVersion: number): boolean => transactionVersion >= epochTv2

/** The next content, if the drawing above has such a move. */
export function moved(from: Content, change: Partial<Content> & { state: State }): Content {
  const allowed: readonly State[] = moves[from.state]
  assert(allowed.includes(change.state), `no move from ${from.state} to ${change.state}`)
  return { ...from, previousProducerId: from.producerId, ...change }
}
