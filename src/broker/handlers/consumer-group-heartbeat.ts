import { setFrom } from '../../groups/consumer/partitions.ts'
import { consumerGroupHeartbeat } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { clientOf } from './group-client.ts'

export default handler(consumerGroupHeartbeat, async ({ groups }, request, call) => {
  const { groupId, subscribedTopicNames, subscribedTopicRegex, topicPartitions, ...rest } = request
  const outcome = await groups.ask(groupId, {
    kind: 'consumer-heartbeat',
    ...rest,
    apiVersion: call.apiVersion,
    client: clientOf(call),
    topicNames: subscribedTopicNames,
    regex: subscribedTopicRegex,
    reported: topicPartitions === null ? null : setFrom(topicPartitions),
    uuid: groups.memberId(),
  })
  const { error, message, assignment } = outcome
  return {
    ...outcome,
    errorCode: code(error),
    errorMessage: message,
    assignment: assignment && { topicPartitions: assignment.map((each) => copied(each)) },
  }
})

const copied = ({ topicId, partitions }: { topicId: string; partitions: readonly number[] }) => ({
  topicId,
  partitions: [...partitions],
})
