/**
 * A group of the classic protocol: its members meet at two barriers, JoinGroup and SyncGroup, in every generation.
 *
 *                  a member joins          all have joined, or time is up
 *        ┌───────► PreparingRebalance ──────────────────► CompletingRebalance
 *        │           ▲         │  nobody has joined          │       │  the leader has
 *      Empty ◄───────│─────────┘                             │       │  assigned
 *        │           └───── a member joins, leaves or ───────┘       ▼
 *        │           └───── times out ───────────────────────── Stable
 *        └─ (replay of a record with members) ────────────────────► ┘
 *
 * Only Empty and Stable are ever written; a coordinator that loads the group starts from there, and members that were
 * between the barriers join again. Source: KIP-62, KIP-134, KIP-345, KIP-394.
 */
import { assert } from '../../base/assert.ts'
import type { Ask, Protocol } from '../events.ts'

export type Phase = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

const moves: Record<Phase, readonly Phase[]> = {
  // To Stable: the replay of a group that had members.
  Empty: ['PreparingRebalance', 'Stable', 'Empty'],
  PreparingRebalance: ['CompletingRebalance', 'Empty'],
  CompletingRebalance: ['Stable', 'PreparingRebalance'],
  // To itself: a static member came back under a new id. To Empty: the replay of the group's end.
  Stable: ['PreparingRebalance', 'Stable', 'Empty'],
}

export interface Member {
  readonly id: string
  readonly instanceId: string | null
  clientId: string
  clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly Protocol[]
  assignment: Uint8Array
  /** Waits at the first barrier. */
  joinAsk: Ask<'join'> | null
  /** Waits at the second. */
  syncAsk: Ask<'sync'> | null
  /** Has not yet learnt its first generation, and so cannot send heartbeats. */
  isNew: boolean
}

export interface ClassicGroup {
  readonly id: string
  phase: Phase
  previousPhase: Phase
  /** When the phase was entered; part of the record. -1: not known. */
  phaseSince: number
  generation: number
  protocolType: string | null
  protocolName: string | null
  leader: string | null
  readonly members: Map<string, Member>
  /** Instance id → member id. */
  readonly staticMembers: Map<string, string>
  /** Were given an id and told to come back with it (KIP-394). */
  readonly pendingMembers: Set<string>
  /** Have joined this generation, and are to ask for their assignment. */
  readonly pendingSync: Set<string>
  /** Topics of the members' subscriptions; null where the members are no consumers, or cannot be understood. */
  subscribedTopics: ReadonlySet<string> | null
  /** Somebody joined since the initial delay began, so it may be drawn out. */
  newMemberAdded: boolean
  /** What remains of the rebalance timeout for drawing out the initial delay; null outside of it. */
  initialRemainingMs: number | null
}

export function newClassicGroup(id: string): ClassicGroup {
  return {
    id,
    phase: 'Empty',
    previousPhase: 'Empty',
    phaseSince: -1,
    generation: 0,
    protocolType: null,
    protocolName: null,
    leader: null,
    members: new Map(),
    staticMembers: new Map(),
    pendingMembers: new Set(),
    pendingSync: new Set(),
    subscribedTopics: null,
    newMemberAdded: false,
    initialRemainingMs: null,
  }
}

export function enter(group: ClassicGroup, phase: Phase, now: number): void {
  assert(moves[group.phase].includes(phase), `group ${group.id}: ${group.phase} to ${phase}`)
  group.previousPhase = group.phase
  group.phase = phase
  group.phaseSince = now
}

export function addMember(group: ClassicGroup, member: Member): void {
  group.members.set(member.id, member)
  group.pendingMembers.delete(member.id)
  if (member.instanceId !== null) group.staticMembers.set(member.instanceId, member.id)
  group.leader ??= member.id
}

export function removeMember(group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId)
  group.members.delete(memberId)
  group.pendingSync.delete(memberId)
  const { instanceId = null } = member ?? {}
  if (instanceId !== null && group.staticMembers.get(instanceId) === memberId) {
    group.staticMembers.delete(instanceId)
  }
  if (group.leader === memberId) group.leader = firstOf(group.members.keys())
}

export const isLeader = (group: ClassicGroup, memberId: string): boolean =>
  group.leader === memberId

export function rebalanceTimeoutMs(group: ClassicGroup): number {
  let longest = 0
  for (const { rebalanceTimeoutMs: each } of group.members.values())
    longest = Math.max(longest, each)
  return longest
}

export function awaitingJoin(group: ClassicGroup): number {
  let count = 0
  for (const { joinAsk } of group.members.values()) if (joinAsk !== null) count++
  return count
}

export const hasAllJoined = (group: ClassicGroup): boolean =>
  group.pendingMembers.size === 0 && awaitingJoin(group) === group.members.size

function firstOf<T>(values: Iterable<T>): T | null {
  for (const each of values) return each
  return null
}
