import { fetch } from '../../protocol/apis/fetch.ts'
import { vote } from '../../protocol/apis/vote.ts'
import { code } from '../../protocol/errors.ts'
import type { SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { type FetchPart, fetchRound, idsSince, type Round } from '../fetch-round.ts'
import { type FetchPlan, hasNews, remember, servedRecords } from '../fetch-sessions.ts'
import { type Call, handler } from '../handler.ts'
import { isMetadataFetch, serveMetadataFetch } from '../quorum/served.ts'
import type { ReadOutcome } from '../read.ts'
import { currentLeader, nodeEndpoints } from './leader-hints.ts'

type FetchResponse = SentResponseOf<typeof fetch>
type Part = FetchResponse['responses'][number]['partitions'][number]

/** Since then an answer that says "not here" also says where (KIP-951). */
const hintsSince = 16

export default handler(fetch, async (broker, request, call) => {
  // On a listener for clients the metadata log is a topic that nobody has.
  if (isMetadataFetch(request) && call.served.has(vote.key))
    return serveMetadataFetch(broker.quorum, request)
  const plan = broker.fetchSessions.plan(request, { byId: call.apiVersion >= idsSince })
  if (plan.error !== 'NONE') return { errorCode: code(plan.error), sessionId: 0, responses: [] }
  const round = await fetchRound({ broker, request, call, targets: [...plan.targets] })
  return respond(broker, call, plan, round)
})

function respond(broker: Broker, call: Call, plan: FetchPlan, round: Round): FetchResponse {
  const responses: { topic: string; topicId: string; partitions: Part[] }[] = []
  const hints: number[] = []
  for (const part of round.parts) {
    const { target, outcome } = part
    if (plan.incremental && !hasNews(target, outcome)) continue
    remember(target, outcome)
    if (outcome.records.length > 0) servedRecords(plan, target)
    const told = partOf(broker, call, part)
    if (told.currentLeader?.leaderId !== undefined) hints.push(told.currentLeader.leaderId)
    const last = responses.at(-1)
    if (last?.topic === target.topic && last.topicId === target.topicId) last.partitions.push(told)
    else responses.push({ topic: target.topic, topicId: target.topicId, partitions: [told] })
  }
  const endpoints = nodeEndpoints(broker, call, hints)
  return { sessionId: plan.sessionId, responses, nodeEndpoints: endpoints }
}

function partOf(broker: Broker, call: Call, { target, name, outcome }: FetchPart): Part {
  const { partition } = target.wanted
  const { highWatermark, lastStableOffset, logStartOffset, records, divergingEpoch } = outcome
  return {
    partitionIndex: partition,
    errorCode: code(outcome.error),
    highWatermark,
    lastStableOffset,
    logStartOffset,
    abortedTransactions: abortedIn(outcome),
    preferredReadReplica: outcome.preferredReadReplica ?? -1,
    records,
    ...(divergingEpoch === null ? {} : { divergingEpoch }),
    ...(name !== null && call.apiVersion >= hintsSince && isElsewhere(outcome)
      ? { currentLeader: currentLeader(broker, { topic: name, partition }) }
      : {}),
  }
}

/** Null for who reads everything; for a partition that nobody knows Kafka says "none". */
function abortedIn({ error, abortedTransactions }: ReadOutcome): Part['abortedTransactions'] {
  const unknown = error === 'UNKNOWN_TOPIC_OR_PARTITION' || error === 'UNKNOWN_TOPIC_ID'
  if (unknown) return []
  return abortedTransactions === null ? null : [...abortedTransactions]
}

const isElsewhere = ({ error }: ReadOutcome): boolean =>
  error === 'NOT_LEADER_OR_FOLLOWER' || error === 'FENCED_LEADER_EPOCH'
