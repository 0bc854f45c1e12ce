/**
 * The state of one node of the metadata quorum, and the moves between its roles (KIP-595, PreVote of KIP-996).
 *
 *                    ┌──────────────┐ no majority in time
 *                    ▼              │
 *   unattached ─▶ prospective ─▶ candidate ─▶ leader ─▶ resigned
 *      ▲  │          ▲   │          │           │          │
 *      │  └─▶ follower ◀─┴──────────┘           │          │
 *      └──────────┴──── a newer epoch ──────────┴──────────┘
 *
 * A node that may not vote (an observer) is unattached or a follower, or leads until its removal is committed. Invariants: epochs never go back; at most one vote an
 * epoch; the high watermark never moves back.
 */
import { assert } from '../base/assert.ts'
import type { LogView } from './log-view.ts'
import type { QuorumState, RaftEffect, RaftResponse, Timer, Verdict } from './messages.ts'
import { isSame, isVoter, type ReplicaKey, type Voter, type VoterSet } from './voters.ts'

export type Role = 'unattached' | 'prospective' | 'candidate' | 'leader' | 'follower' | 'resigned'

const moves = {
  unattached: ['unattached', 'prospective', 'follower'],
  prospective: ['prospective', 'candidate', 'follower', 'unattached'],
  candidate: ['leader', 'prospective', 'follower', 'unattached'],
  leader: ['resigned', 'unattached'],
  follower: ['follower', 'prospective', 'unattached'],
  resigned: ['unattached', 'follower'],
} as const satisfies Record<Role, readonly Role[]>

/** Names as in `controller.quorum.*`. */
export interface Timing {
  readonly electionTimeoutMs: number
  readonly electionBackoffMaxMs: number
  readonly fetchTimeoutMs: number
  readonly retryBackoffMs: number
  /** How long a leader lets a follower's fetch wait for news. */
  readonly fetchWaitMs: number
}

/** What a leader knows of another replica. */
export interface Replica {
  readonly key: ReplicaKey
  endOffset: bigint
  lastFetchAt: number
  caughtUpAt: number
  /** The leader's end offset at that fetch. */
  leaderEndAtFetch: bigint
}

export interface Parked {
  readonly ask: number
  readonly replica: ReplicaKey
  readonly fetchOffset: bigint
  readonly highWatermark: bigint
  readonly until: number
}

export interface Leading {
  /** Where this epoch began: only behind it may the high watermark move (Raft §5.4.2). */
  readonly epochStartOffset: bigint
  readonly since: number
  flushedOffset: bigint
  readonly replicas: Map<number, Replica>
  /** Voters that do not know yet who leads. */
  readonly uninformed: Set<number>
  parked: Parked[]
  /** The change of voters that is under way; `offset` is null until it is in the log, `ask` when nobody waits. */
  change: { ask: number | null; offset: bigint | null } | null
}

export interface Following {
  /** The one request that is under way; only its answer counts. */
  asked: number | null
  /** Has the leader answered in this epoch? Then it is alive, and others ask for pre-votes in vain. */
  answered: boolean
  snapshot: { readonly endOffset: bigint; readonly epoch: number; position: number } | null
}

export interface RaftNode {
  readonly key: ReplicaKey
  readonly timing: Timing
  /** Of the last of `voterSets`. */
  voters: readonly Voter[]
  voterSets: VoterSet[]
  /** Nodes that know the quorum, for one that does not know its voters yet. */
  readonly bootstrap: readonly number[]
  role: Role
  epoch: number
  /** −1: unknown. */
  leaderId: number
  /** The leader of this epoch that this node has given up; only its announcement brings it back. −1: none. */
  abandonedLeaderId: number
  vote: ReplicaKey | null
  log: LogView
  /** −1: unknown. */
  highWatermark: bigint
  /** Of the pre-votes or votes asked for: who has said yes, who no. */
  ballots: Map<number, boolean>
  /** Who could not be asked for this ballot; of a leader, whose process has ended since it last fetched. */
  unreachable: Set<number>
  leading: Leading | null
  following: Following | null
  /** Numbers the requests of a follower. */
  asks: number
  /** Chance as data: the state of a small generator. */
  seed: number
}

/** One call of `step`: the node, the time, and what comes of it. */
export interface Turn {
  readonly node: RaftNode
  readonly now: number
  readonly effects: RaftEffect[]
}

export function enter(turn: Turn, role: Role): void {
  const { node } = turn
  const allowed: readonly Role[] = moves[node.role]
  assert(allowed.includes(role), `a node cannot go from ${node.role} to ${role}`)
  node.role = role
  node.leading = null
  node.following = null
  node.ballots = new Map()
  node.unreachable = new Set()
  for (const timer of timersOf) turn.effects.push({ kind: 'disarm', timer })
}

const timersOf = [
  'election',
  'fetch',
  'retry',
  'check-quorum',
  'begin-epoch',
  'parked',
  'change',
] as const

export function arm(turn: Turn, timer: Timer, delayMs: number): void {
  turn.effects.push({ kind: 'arm', timer, at: turn.now + delayMs })
}

/** At least 0, below 1 (xorshift32). */
export function chance(node: RaftNode): number {
  let x = node.seed | 0 || 0x9e3779b9
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  node.seed = x
  return (x >>> 0) / 0x100000000
}

/**
 * A leader's own vote is not written, as in Kafka: who led an epoch has voted for itself. Nor is that it has resigned: Apache Kafka would
 * take its vote for that of a candidate, and not start when another node names it as the leader of that epoch.
 */
export function quorumStateOf({ key, leaderId, epoch, vote, role }: RaftNode): QuorumState {
  const hasLed = leaderId === key.id || role === 'resigned'
  return { leaderId: hasLed ? key.id : leaderId, leaderEpoch: epoch, vote: hasLed ? null : vote }
}

export function beginEpoch(node: RaftNode, epoch: number): void {
  assert(epoch > node.epoch, 'an epoch never goes back')
  node.epoch = epoch
  node.leaderId = -1
  node.abandonedLeaderId = -1
  node.vote = null
}

/**
 * May this node stand? A leader that has removed itself may be the only one that holds that record, and nobody with a shorter
 * log can win against it: until its removal is known to be committed it stands, without a voice of its own (Raft, thesis §4.2.2).
 */
export function mayVote({ key, voterSets, highWatermark }: RaftNode): boolean {
  const current = voterSets.at(-1)!
  if (isVoter(current.voters, key)) return true
  const before = voterSets.at(-2)
  return current.offset >= highWatermark && before !== undefined && isVoter(before.voters, key)
}

export function others(node: RaftNode): readonly Voter[] {
  return node.voters.filter(({ id }) => id !== node.key.id)
}

/** Is it this very node that is meant? Who does not name a directory means whoever has the id. */
export function isMeant({ key }: RaftNode, asked: ReplicaKey): boolean {
  return asked.id < 0 || isSame(asked, key)
}

/** What every answer says. */
export function told(node: RaftNode, error: Verdict) {
  return { error, epoch: node.epoch, leaderId: node.leaderId }
}

export function answer(turn: Turn, ask: number, response: RaftResponse): void {
  turn.effects.push({ kind: 'answer', ask, response })
}
