/** The group's target assignment: computed for all members at once, by one of the server's assignors. */
import type { NotedAssignment, TopicShare } from '../notes.ts'
import { note, type Turn } from '../turn.ts'
import type { Topics } from '../world.ts'
import { type Assignor, type MemberSpec, type PartitionSet, sizeOf } from './assign/assignor.ts'
import { assignRange } from './assign/range.ts'
import { assignUniform } from './assign/uniform.ts'
import { samePartitions } from './partitions.ts'
import { rememberTarget, rememberTargetEpoch } from './remember.ts'
import type { ConsumerGroup } from './state.ts'
import { topicIdsOf } from './subscriptions.ts'

export const assignors: Readonly<Record<string, Assignor>> = {
  uniform: assignUniform,
  range: assignRange,
}

/** The one that most members prefer; where none says, the first that the broker has. */
export function assignorOf(group: ConsumerGroup, configured: readonly string[]): string {
  const votes = new Map<string, number>()
  for (const { serverAssignor } of group.members.values()) {
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1)
  }
  let [winner = 'uniform'] = configured
  let most = 0
  for (const [name, count] of votes) {
    if (count > most && assignors[name] !== undefined) {
      winner = name
      most = count
    }
  }
  return winner
}

/** Members that come one after the other are assigned together: at most one assignment in an interval (KIP-1263). */
export function mayAssign({ world }: Turn, group: ConsumerGroup): boolean {
  const { assignmentIntervalMs } = world.config.consumer(group.id)
  return group.epoch > group.targetEpoch && world.now - group.targetSince >= assignmentIntervalMs
}

export function assign(turn: Turn, group: ConsumerGroup): void {
  const { topics, config, now } = turn.world
  const members = new Map<string, MemberSpec>()
  for (const member of group.members.values()) {
    const owned = group.targets.get(member.id) ?? new Map()
    const topicIds = topicIdsOf(group, member, topics)
    members.set(member.id, { instanceId: member.instanceId, topicIds, owned })
  }
  const name = assignorOf(group, config.groupConsumerAssignors)
  const partitionCount = (id: string) => topics.byId(id)?.partitionCount ?? 0
  const assignment = assignors[name]!({ members, partitionCount })
  for (const [memberId, target] of assignment) {
    const before = group.targets.get(memberId)
    if (before === undefined || !samePartitions(before, target)) {
      rememberTarget(turn, memberId, target)
    }
  }
  rememberTargetEpoch(turn, group.epoch, now)
  note(turn, {
    kind: 'assigned',
    ...notedTarget(assignment, { generation: group.epoch, protocol: name, topics }),
  })
}

/** The target as it was found in the log. */
export function noteTakenOver(turn: Turn, group: ConsumerGroup): void {
  const { topics, config } = turn.world
  const name = assignorOf(group, config.groupConsumerAssignors)
  const { targets, targetEpoch: generation } = group
  const noted = notedTarget(targets, { generation, protocol: name, topics })
  note(turn, { kind: 'taken-over', ...noted })
}

function notedTarget(
  target: ReadonlyMap<string, PartitionSet>,
  { topics, ...rest }: { generation: number; protocol: string; topics: Topics },
): NotedAssignment {
  return {
    ...rest,
    partitions: new Map([...target].map(([id, each]) => [id, sizeOf(each)])),
    shares: new Map([...target].map(([id, each]) => [id, sharesOf(each, topics)])),
  }
}

const sharesOf = (target: PartitionSet, topics: Topics): TopicShare[] =>
  [...target].map(([id, partitions]) => ({ topic: topics.byId(id)?.name ?? id, partitions }))
