import type { FetchOffsetsEvent, OutcomeOf } from '../../groups/events.ts'
import { offsetFetch } from '../../protocol/apis/offset-fetch.ts'
import { code } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import { namesTopicsById, topicRef } from './topic-ref.ts'

type Group = RequestOf<typeof offsetFetch>['groups'][number]

// Before it an answer had no error of its own: each partition says what is wrong.
const errorVersion = 2
const severalGroupsVersion = 8

export default handler(offsetFetch, async (broker, request, { apiVersion }) => {
  if (apiVersion >= severalGroupsVersion) {
    const groups = request.groups.map(async (group) => {
      const outcome = await ask(broker, group, { requireStable: request.requireStable, apiVersion })
      return { groupId: group.groupId, ...response(outcome) }
    })
    return { groups: await Promise.all(groups) }
  }
  const topics = request.topics?.map((each) => ({ ...each, topicId: '' })) ?? null
  const group = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics }
  const outcome = await ask(broker, group, { requireStable: request.requireStable, apiVersion })
  if (apiVersion >= errorVersion || outcome.error === 'NONE') return response(outcome)
  return { topics: everywhere(topics ?? [], code(outcome.error)) }
})

function ask(
  { groups }: Broker,
  { groupId, memberId, memberEpoch, topics }: Group,
  { requireStable, apiVersion }: { requireStable: boolean; apiVersion: number },
): Promise<OutcomeOf<FetchOffsetsEvent>> {
  return groups.ask(groupId, {
    kind: 'fetch-offsets',
    memberId,
    memberEpoch,
    requireStable,
    byId: namesTopicsById(apiVersion),
    topics:
      topics?.map((each) => ({
        topic: topicRef(each, apiVersion),
        partitions: each.partitionIndexes,
      })) ?? null,
  })
}

function response({ error, topics }: OutcomeOf<FetchOffsetsEvent>) {
  return {
    errorCode: code(error),
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map((each) => ({
        partitionIndex: each.partition,
        committedOffset: each.offset,
        committedLeaderEpoch: each.leaderEpoch,
        metadata: each.metadata,
        errorCode: code(each.error),
      })),
    })),
  }
}

const everywhere = (
  topics: readonly { name: string; partitionIndexes: number[] }[],
  error: number,
) =>
  topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1n,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode: error,
    })),
  }))
