import { produce } from '../../protocol/apis/produce.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import type { AppendOutcome } from '../replicas.ts'
import { currentLeader, nodeEndpoints } from './leader-hints.ts'
import { topicOf } from './topic-of.ts'

type Topic = RequestOf<typeof produce>['topicData'][number]
type PartitionResponse = SentResponseOf<
  typeof produce
>['responses'][number]['partitionResponses'][number]

export default handler(produce, async (broker, request, call) => {
  const { acks, timeoutMs } = request
  const valid = acks === 0 || acks === 1 || acks === -1
  const responses = request.topicData.map((topic) => {
    const name = topicOf(broker, topic, call.apiVersion >= 13)
    const partitionResponses = topic.partitionData.map((part) =>
      valid
        ? append(broker, name, part, { acks, timeoutMs })
        : failed(part.index, 'INVALID_REQUIRED_ACKS'),
    )
    return { name: topic.name, topicId: topic.topicId, partitionResponses }
  })
  const settled = await settle(responses)
  if (acks === 0) return null
  return { responses: settled, nodeEndpoints: nodeEndpoints(broker, call, hintsIn(settled)) }
})

/** Appends at once, so that the order of requests is the order in the log; only the wait for acks=all comes later. */
function append(
  broker: Broker,
  topic: string | ErrorName,
  { index, records }: Topic['partitionData'][number],
  { acks, timeoutMs }: { acks: number; timeoutMs: number },
): PartitionResponse | Promise<PartitionResponse> {
  const name = broker.image.topicsByName.has(topic) ? topic : null
  if (name === null)
    return failed(index, topic === 'UNKNOWN_TOPIC_ID' ? topic : 'UNKNOWN_TOPIC_OR_PARTITION')
  if (records === null) return failed(index, 'INVALID_RECORD')
  const at = { topic: name, partition: index }
  const outcome = broker.replicas.append(at, records, { acks, origin: 'client' })
  if (!outcome.ok) return refused(broker, at, outcome)
  const { appended } = outcome
  const response = {
    index,
    errorCode: 0,
    baseOffset: appended.baseOffset,
    logAppendTimeMs: appended.appendTime,
    logStartOffset: appended.logStartOffset,
  }
  const verdict = broker.replicas.acknowledged(outcome, { acks, timeoutMs })
  if (verdict === 'NONE') return response
  const told = (error: ErrorName | 'NONE') => ({ ...response, errorCode: code(error) })
  return verdict instanceof Promise ? verdict.then(told) : told(verdict)
}

function refused(
  broker: Broker,
  at: { topic: string; partition: number },
  outcome: AppendOutcome & { ok: false },
): PartitionResponse {
  const { error, message, recordErrors, logStartOffset } = outcome
  return {
    ...failed(at.partition, error),
    logStartOffset,
    recordErrors: recordErrors.map(({ batchIndex, message: text }) => ({
      batchIndex,
      batchIndexErrorMessage: text,
    })),
    errorMessage: message,
    ...(error === 'NOT_LEADER_OR_FOLLOWER' ? { currentLeader: currentLeader(broker, at) } : {}),
  }
}

const failed = (index: number, error: ErrorName): PartitionResponse => ({
  index,
  errorCode: code(error),
  baseOffset: -1n,
  logAppendTimeMs: -1n,
  logStartOffset: -1n,
})

type Pending = {
  name: string
  topicId: string
  partitionResponses: (PartitionResponse | Promise<PartitionResponse>)[]
}
type Settled = Omit<Pending, 'partitionResponses'> & { partitionResponses: PartitionResponse[] }

function settle(responses: Pending[]): Settled[] | Promise<Settled[]> {
  const waiting = responses.some((topic) =>
    topic.partitionResponses.some((p) => p instanceof Promise),
  )
  if (!waiting) return responses as Settled[]
  return Promise.all(
    responses.map(async (topic) => ({
      ...topic,
      partitionResponses: await Promise.all(topic.partitionResponses),
    })),
  )
}

const hintsIn = (responses: Settled[]): number[] =>
  responses.flatMap(({ partitionResponses }) =>
    partitionResponses.flatMap(({ currentLeader: hint }) =>
      hint?.leaderId === undefined ? [] : [hint.leaderId],
    ),
  )
