/**
 * A group of the consumer protocol (KIP-848). Three epochs follow each other, and none ever goes back:
 *
 *   group epoch     is raised when members or their topics change
 *     target epoch    follows when the partitions have been assigned anew, for the whole group at once
 *       member epochs   follow one by one, each member when it has given back what it must
 *
 *   Empty: no members · Assigning: group epoch > target epoch · Reconciling: a member is behind the target · Stable
 *
 * A member on its way to the target:
 *
 *                    it must give something back
 *          Stable ───────────────────────────────► UnrevokedPartitions
 *           ▲  ▲                                      │            │
 *           │  └── it has given it back, and gets ────┘            │ … but another still holds
 *           │      all of its target                               │ some of its target
 *           └────────────── they are free ──── UnreleasedPartitions ◄
 *
 * A partition is a member's from the moment it is assigned until that member no longer reports it; only then does the
 * next one get it.
 */
import type { PartitionSet } from './assign/assignor.ts'

/** Numbered as in the record. */
export const memberStates = {
  Stable: 0,
  UnrevokedPartitions: 1,
  UnreleasedPartitions: 2,
  Unknown: 127,
} as const
export type MemberState = keyof typeof memberStates

/** Topic id → partition → the epoch at which it was assigned: commits of an older one come from a former life (KIP-1251). */
export type OwnedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>

/** What makes a member one of the classic protocol, while the group is being migrated. */
export interface ClassicSupport {
  readonly sessionTimeoutMs: number
  readonly supportedProtocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
}

export interface Member {
  readonly id: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** In order. */
  readonly topicNames: readonly string[]
  /** Empty: none. */
  readonly regex: string
  readonly rebalanceTimeoutMs: number
  readonly serverAssignor: string | null
  readonly classic: ClassicSupport | null
  readonly epoch: number
  readonly previousEpoch: number
  readonly state: MemberState
  readonly assigned: OwnedPartitions
  /** To be given back; it holds them until it reports them no more. */
  readonly revoking: OwnedPartitions
}

export interface ResolvedRegex {
  readonly topics: readonly string[]
  readonly version: bigint
  readonly timestamp: bigint
}

export interface ConsumerGroup {
  readonly id: string
  epoch: number
  metadataHash: bigint
  targetEpoch: number
  /** When the target was computed. */
  targetSince: number
  readonly members: Map<string, Member>
  /** Instance id → member id. */
  readonly staticMembers: Map<string, string>
  readonly targets: Map<string, PartitionSet>
  /** Topic id → partition → the member that holds it, assigned or not yet given back. */
  readonly holders: Map<string, Map<number, string>>
  readonly regexes: Map<string, ResolvedRegex>
  /** Of the topics that the group's hash was made of last; not recorded. */
  seenTopicsVersion: number
}

/** Epoch 1 is nobody's: it has an empty target, and the first real assignment is that of epoch 2. */
const firstEpoch = 1
/** A static member that is away and may come back. */
export const awayEpoch = -2
export const leaveEpoch = -1
export const joinEpoch = 0

export function newConsumerGroup(id: string): ConsumerGroup {
  return {
    id,
    epoch: firstEpoch,
    metadataHash: 0n,
    targetEpoch: firstEpoch,
    targetSince: 0,
    members: new Map(),
    staticMembers: new Map(),
    targets: new Map(),
    holders: new Map(),
    regexes: new Map(),
    seenTopicsVersion: -1,
  }
}

export function newMember(id: string): Member {
  return {
    id,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    topicNames: [],
    regex: '',
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classic: null,
    epoch: joinEpoch,
    previousEpoch: joinEpoch,
    state: 'Stable',
    assigned: new Map(),
    revoking: new Map(),
  }
}

export type GroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

export function stateOf(group: ConsumerGroup): GroupState {
  if (group.members.size === 0) return 'Empty'
  if (group.epoch > group.targetEpoch) return 'Assigning'
  for (const member of group.members.values()) {
    if (!isReconciled(group, member)) return 'Reconciling'
  }
  return 'Stable'
}

export const isReconciled = (group: ConsumerGroup, member: Member): boolean =>
  member.state === 'Stable' && member.epoch === group.targetEpoch

export const staticMember = (group: ConsumerGroup, instanceId: string): Member | undefined =>
  group.members.get(group.staticMembers.get(instanceId) ?? '')

export const isHeld = (group: ConsumerGroup, topicId: string, partition: number): boolean =>
  group.holders.get(topicId)?.has(partition) ?? false
