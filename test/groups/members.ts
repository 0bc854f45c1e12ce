/** What clients of the classic protocol send. */
import type { CommitEvent, JoinEvent, LeavingMember, SyncEvent } from '../../src/groups/events.ts'
import { encodeAssignment, encodeSubscription } from '../../src/protocol/records/member-bytes.ts'
import type { Asked, Drive } from './drive.ts'

export const subscription = (...topics: string[]): Uint8Array =>
  encodeSubscription({ topics, userData: null, ownedPartitions: [] })

export const assignment = (topic: string, ...partitions: number[]): Uint8Array =>
  encodeAssignment({ assignedPartitions: [{ topic, partitions }], userData: null })

export function joinEvent(drive: Drive, given: Partial<JoinEvent> = {}): JoinEvent {
  return {
    kind: 'join',
    apiVersion: 9,
    client: { clientId: 'c', clientHost: '/127.0.0.1' },
    memberId: '',
    instanceId: null,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription('t') }],
    reason: null,
    uuid: drive.uuid(),
    ...given,
  }
}

export const join = (drive: Drive, given: Partial<JoinEvent> = {}): Asked<JoinEvent> =>
  drive.ask(joinEvent(drive, given))

/** As a client of today does: asks for an id first. */
export function joinWithId(
  drive: Drive,
  given: Partial<JoinEvent> = {},
): { memberId: string; joined: Asked<JoinEvent> } {
  const { memberId, error } = join(drive, given).outcome
  if (error !== 'MEMBER_ID_REQUIRED') throw new Error(`expected to be given an id, got ${error}`)
  return { memberId, joined: join(drive, { ...given, memberId }) }
}

export function sync(
  drive: Drive,
  memberId: string,
  generation: number,
  given: Partial<SyncEvent> = {},
) {
  return drive.ask({
    kind: 'sync',
    memberId,
    generation,
    instanceId: null,
    protocolType: null,
    protocolName: null,
    assignments: [],
    ...given,
  })
}

export const heartbeat = (
  drive: Drive,
  memberId: string,
  generation: number,
  instanceId: string | null = null,
) => drive.ask({ kind: 'heartbeat', memberId, generation, instanceId }).outcome.error

export const leave = (drive: Drive, ...members: Partial<LeavingMember>[]) =>
  drive.ask({
    kind: 'leave',
    members: members.map((each) => ({ memberId: '', instanceId: null, reason: null, ...each })),
  }).outcome

export const commit = (
  drive: Drive,
  offset: number,
  {
    memberId = '',
    generation = -1,
    instanceId = null as string | null,
    apiVersion = 9,
    topic = 't',
    partition = 0,
    metadata = null as string | null,
    retentionMs = -1n,
  } = {},
) =>
  drive.ask({
    kind: 'commit',
    apiVersion,
    memberId,
    generation,
    instanceId,
    retentionMs,
    topics: [
      {
        topic: { name: topic },
        partitions: [{ partition, offset: BigInt(offset), leaderEpoch: 0, metadata }],
      },
    ],
  }).outcome.topics[0]!.partitions[0]!.error

/** In a transaction of that producer. */
export function commitIn(
  drive: Drive,
  producerId: bigint,
  offset: number,
  more: Partial<CommitEvent> = {},
): string {
  const { topics } = drive.ask({
    kind: 'commit',
    apiVersion: 3,
    memberId: '',
    instanceId: null,
    generation: -1,
    retentionMs: -1n,
    producer: { producerId, producerEpoch: 0 },
    topics: [
      {
        topic: { name: 't' },
        partitions: [{ partition: 0, offset: BigInt(offset), leaderEpoch: 0, metadata: '' }],
      },
    ],
    ...more,
  }).outcome
  return topics[0]!.partitions[0]!.error
}

export function committed(drive: Drive, topic = 't', partition = 0): number {
  const { topics } = drive.ask({
    kind: 'fetch-offsets',
    memberId: null,
    memberEpoch: -1,
    topics: [{ topic: { name: topic }, partitions: [partition] }],
    byId: false,
    requireStable: false,
  }).outcome
  return Number(topics[0]!.partitions[0]!.offset)
}

export const describe = (drive: Drive) => drive.ask({ kind: 'describe-classic' }).outcome

/** A stable group of so many members, the first of them leading. */
export function stableGroup(
  drive: Drive,
  count: number,
  given: readonly Partial<JoinEvent>[] = [],
): { memberIds: string[]; generation: number } {
  const joins = Array.from({ length: count }, (_, index) =>
    join(drive, { apiVersion: 3, ...given[index] }),
  )
  drive.advance(drive.config.groupInitialRebalanceDelayMs)
  for (let round = 0; joins.some((each) => !each.isAnswered); round++) {
    if (round > 5) throw new Error('the members do not come together')
    drive.advance(drive.config.groupInitialRebalanceDelayMs)
  }
  const memberIds = joins.map(({ outcome }) => outcome.memberId)
  const { generation } = joins[0]!.outcome
  const assignments = memberIds.map((memberId, index) => ({
    memberId,
    assignment: assignment('t', index),
  }))
  const instances = given.map(({ instanceId = null }) => instanceId)
  const syncs = memberIds.map((memberId, index) =>
    sync(drive, memberId, generation, {
      instanceId: instances[index] ?? null,
      assignments: index === 0 ? assignments : [],
    }),
  )
  for (const { outcome } of syncs) if (outcome.error !== 'NONE') throw new Error(outcome.error)
  return { memberIds, generation }
}
