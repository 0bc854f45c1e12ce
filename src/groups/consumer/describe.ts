/** What administrators are shown of a consumer group. */
import type { Ask, DescribeConsumerOutcome, DescribedAssignment } from '../events.ts'
import { notDescribed } from '../refuse.ts'
import { reply, type Turn } from '../turn.ts'
import type { Topics } from '../world.ts'
import type { PartitionSet } from './assign/assignor.ts'
import { joinedOf, listOf } from './partitions.ts'
import { type ConsumerGroup, type Member, type OwnedPartitions, stateOf } from './state.ts'
import { assignorOf } from './target.ts'

export function describeConsumer(turn: Turn, ask: Ask<'describe-consumer'>): void {
  const { id, consumer, classic } = turn.group
  if (id === '') return reply(turn, ask, notDescribed('INVALID_GROUP_ID', null))
  if (consumer === null) {
    const message =
      classic === null ? `Group ${id} not found.` : `Group ${id} is not a consumer group.`
    return reply(turn, ask, notDescribed('GROUP_ID_NOT_FOUND', message))
  }
  const { config, topics } = turn.world
  reply(turn, ask, {
    error: 'NONE',
    message: null,
    state: stateOf(consumer),
    epoch: consumer.epoch,
    targetEpoch: consumer.targetEpoch,
    assignor: assignorOf(consumer, config.groupConsumerAssignors),
    members: [...consumer.members.values()].map((member) => described(consumer, member, topics)),
  })
}

function described(
  group: ConsumerGroup,
  member: Member,
  topics: Topics,
): DescribeConsumerOutcome['members'][number] {
  return {
    memberId: member.id,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    topicNames: member.topicNames,
    regex: member.regex,
    // What it has to give back is its own until it says that it has.
    assigned: named(joinedOf(member.assigned, member.revoking), topics),
    target: named(group.targets.get(member.id) ?? new Map(), topics),
    isClassic: member.classic !== null,
  }
}

/** Topics that were deleted meanwhile are left out. */
function named(partitions: PartitionSet | OwnedPartitions, topics: Topics): DescribedAssignment[] {
  return listOf(partitions).flatMap((each) => {
    const topic = topics.byId(each.topicId)
    return topic === undefined ? [] : [{ ...each, topicName: topic.name }]
  })
}
