import { offsetCommit } from '../../protocol/apis/offset-commit.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { topicRef } from './topic-ref.ts'

export default handler(offsetCommit, async ({ groups }, request, { apiVersion }) => {
  const { topics } = await groups.ask(request.groupId, {
    kind: 'commit',
    apiVersion,
    memberId: request.memberId,
    instanceId: request.groupInstanceId,
    generation: request.generationIdOrMemberEpoch,
    retentionMs: request.retentionTimeMs,
    topics: request.topics.map((topic) => ({
      topic: topicRef(topic, apiVersion),
      partitions: topic.partitions.map((each) => ({
        partition: each.partitionIndex,
        offset: each.committedOffset,
        leaderEpoch: each.committedLeaderEpoch,
        metadata: each.committedMetadata,
      })),
    })),
  })
  return {
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partition, error }) => ({
        partitionIndex: partition,
        errorCode: code(error),
      })),
    })),
  }
})
