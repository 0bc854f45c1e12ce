import { consumerGroupDescribe } from '../../protocol/apis/consumer-group-describe.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { groupOperations, notAsked } from './authorized-operations.ts'

const memberTypes = { classic: 0, consumer: 1 }

export default handler(consumerGroupDescribe, async (broker, request) => {
  const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : notAsked
  const groups = request.groupIds.map(async (groupId) => {
    const outcome = await broker.groups.ask(groupId, { kind: 'describe-consumer' })
    return {
      groupId,
      errorCode: code(outcome.error),
      errorMessage: outcome.message,
      groupState: outcome.state,
      groupEpoch: outcome.epoch,
      assignmentEpoch: outcome.targetEpoch,
      assignorName: outcome.assignor,
      members: outcome.members.map((each) => ({
        ...each,
        subscribedTopicNames: [...each.topicNames],
        subscribedTopicRegex: each.regex,
        assignment: { topicPartitions: each.assigned.map(copied) },
        targetAssignment: { topicPartitions: each.target.map(copied) },
        memberType: each.isClassic ? memberTypes.classic : memberTypes.consumer,
      })),
      authorizedOperations: outcome.error === 'NONE' ? authorizedOperations : notAsked,
    }
  })
  return { groups: await Promise.all(groups) }
})

const copied = <T extends { partitions: readonly number[] }>(each: T) => ({
  ...each,
  partitions: [...each.partitions],
})
