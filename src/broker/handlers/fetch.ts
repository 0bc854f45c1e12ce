import { fetch } from '../../protocol/apis/fetch.ts'
import { code } from '../../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { type FetchPlan, type FetchTarget, servedRecords } from '../fetch-sessions.ts'
import { type Call, handler } from '../handler.ts'
import type { Hosted } from '../hosted.ts'
import { isMetadataFetch, serveMetadataFetch } from '../quorum/served.ts'
import { type ReadOutcome, read } from '../read.ts'
import { currentLeader, nodeEndpoints } from './leader-hints.ts'
import { topicOf } from './topic-of.ts'

type FetchRequest = RequestOf<typeof fetch>
type FetchResponse = SentResponseOf<typeof fetch>
type Part = FetchResponse['responses'][number]['partitions'][number]

interface Round {
  readonly parts: { target: FetchTarget; name: string; outcome: ReadOutcome }[]
  readonly bytes: number
  /** Something that must be told now: an error, or a divergence. */
  readonly urgent: boolean
}

export default handler(fetch, async (broker, request, call) => {
  if (isMetadataFetch(request)) return serveMetadataFetch(broker.quorum, request)
  const plan = broker.fetchSessions.plan(request)
  if (plan.error !== 'NONE') {
    return { errorCode: code(plan.error), sessionId: plan.sessionId, responses: [] }
  }
  const targets = [...plan.targets]
  let round = noteFollower(broker, request, call, readAll(broker, request, call, targets))
  if (
    round.bytes < request.minBytes &&
    !round.urgent &&
    request.maxWaitMs > 0 &&
    round.parts.length > 0
  ) {
    round = await moreBytes(broker, request, call, targets, round)
  }
  return respond(broker, call, plan, round)
})

function readAll(broker: Broker, request: FetchRequest, call: Call, targets: FetchTarget[]): Round {
  const bytesMax = Math.min(request.maxBytes, broker.settings.get('fetch.max.bytes'))
  const asFollower = replicaIdOf(request, call) !== noReplica
  let bytes = 0
  let urgent = false
  const parts = targets.map((target) => {
    const name = topicOf(
      broker,
      { name: target.topic, topicId: target.topicId },
      call.apiVersion >= 13,
    )
    const { wanted } = target
    const outcome = read(broker.replicas, {
      topic: name,
      partition: wanted.partition,
      fetchOffset: wanted.fetchOffset,
      currentLeaderEpoch: wanted.currentLeaderEpoch,
      lastFetchedEpoch: wanted.lastFetchedEpoch,
      bytesMax: Math.min(wanted.partitionMaxBytes, bytesMax - bytes),
      readCommitted: request.isolationLevel === 1,
      atLeastOneBatch: bytes === 0,
      asFollower,
    })
    bytes += outcome.records.length
    urgent ||= outcome.error !== 'NONE' || outcome.divergingEpoch !== null
    return { target, name, outcome }
  })
  return { parts, bytes, urgent }
}

const noReplica = -1

const replicaIdOf = (request: FetchRequest, { apiVersion }: Call): number =>
  apiVersion >= 15 ? request.replicaState.replicaId : request.replicaId

/** What a follower asks for tells how far it is; then the high watermark may be news for it (KIP-1166). */
function noteFollower(broker: Broker, request: FetchRequest, call: Call, round: Round): Round {
  const replicaId = replicaIdOf(request, call)
  if (replicaId === noReplica) return round
  let { urgent } = round
  const parts = round.parts.map((part) => {
    const { outcome, target } = part
    const { hosted } = outcome
    if (outcome.error !== 'NONE' || outcome.divergingEpoch !== null || hosted === null) return part
    const { fetchOffset, logStartOffset, highWatermark: known } = target.wanted
    const brokerEpoch = request.replicaState.replicaEpoch
    broker.replicas.followed(hosted, { replicaId, brokerEpoch, fetchOffset, logStartOffset })
    const { highWatermark } = hosted.log
    urgent ||= known < highWatermark
    return { ...part, outcome: { ...outcome, highWatermark } }
  })
  return { ...round, parts, urgent }
}

/** A long poll: looks again whenever one of the partitions grew, until there is enough or the time is over. */
function moreBytes(
  broker: Broker,
  request: FetchRequest,
  call: Call,
  targets: FetchTarget[],
  first: Round,
): Promise<Round> {
  return new Promise((resolve) => {
    let round = first
    let looking = false
    const hosted = new Set<Hosted>()
    for (const { outcome } of first.parts) if (outcome.hosted !== null) hosted.add(outcome.hosted)
    const look = (over: boolean) => {
      round = readAll(broker, request, call, targets)
      if (!over && round.bytes < request.minBytes && !round.urgent && !call.gone.aborted) return
      for (const forget of watches) forget()
      cancel()
      resolve(round)
    }
    const changed = () => {
      // Several appends of one turn are one reason to look.
      if (looking) return
      looking = true
      queueMicrotask(() => {
        looking = false
        if (!done()) look(false)
      })
    }
    let over = false
    const done = () => over
    const watches = [...hosted].map((each) => each.watch(changed))
    watches.push(() => {
      over = true
    })
    const cancel = broker.clock.schedule(request.maxWaitMs, () => look(true))
  })
}

function respond(broker: Broker, call: Call, plan: FetchPlan, round: Round): FetchResponse {
  const responses: { topic: string; topicId: string; partitions: Part[] }[] = []
  const hints: number[] = []
  for (const { target, name, outcome } of round.parts) {
    if (plan.incremental && !hasNews(target, outcome)) continue
    remember(target, outcome)
    if (outcome.records.length > 0) servedRecords(plan, target)
    const part = partOf(broker, name, target, outcome)
    if (part.currentLeader !== undefined) hints.push(part.currentLeader.leaderId as number)
    const last = responses.at(-1)
    if (last?.topic === target.topic && last.topicId === target.topicId) last.partitions.push(part)
    else responses.push({ topic: target.topic, topicId: target.topicId, partitions: [part] })
  }
  const endpoints = nodeEndpoints(broker, call, hints)
  return { sessionId: plan.sessionId, responses, nodeEndpoints: endpoints }
}

function partOf(broker: Broker, name: string, target: FetchTarget, outcome: ReadOutcome): Part {
  const { partition } = target.wanted
  const { highWatermark, lastStableOffset, logStartOffset, records, divergingEpoch } = outcome
  const elsewhere =
    outcome.error === 'NOT_LEADER_OR_FOLLOWER' || outcome.error === 'FENCED_LEADER_EPOCH'
  return {
    partitionIndex: partition,
    errorCode: code(errorOf(target, name, outcome)),
    highWatermark,
    lastStableOffset,
    logStartOffset,
    abortedTransactions:
      outcome.abortedTransactions === null ? null : [...outcome.abortedTransactions],
    records,
    ...(divergingEpoch === null ? {} : { divergingEpoch }),
    ...(elsewhere ? { currentLeader: currentLeader(broker, { topic: name, partition }) } : {}),
  }
}

/** A topic asked for by an id that nobody has is another error than a name that nobody has. */
function errorOf(target: FetchTarget, name: string, outcome: ReadOutcome): ReadOutcome['error'] {
  const byId = target.topic === ''
  return byId && name === 'UNKNOWN_TOPIC_ID' ? 'UNKNOWN_TOPIC_ID' : outcome.error
}

const hasNews = (told: FetchTarget, outcome: ReadOutcome): boolean =>
  outcome.records.length > 0 ||
  outcome.error !== 'NONE' ||
  outcome.divergingEpoch !== null ||
  outcome.highWatermark !== told.highWatermark ||
  outcome.lastStableOffset !== told.lastStableOffset ||
  outcome.logStartOffset !== told.logStartOffset

function remember(target: FetchTarget, outcome: ReadOutcome): void {
  target.highWatermark = outcome.error === 'NONE' ? outcome.highWatermark : -1n
  target.lastStableOffset = outcome.lastStableOffset
  target.logStartOffset = outcome.logStartOffset
}
