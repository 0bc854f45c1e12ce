/** One look at all partitions of a Fetch, within its limits, and the wait for more. */
import { nearestReplica } from '../partition/nearest-replica.ts'
import type { fetch } from '../protocol/apis/fetch.ts'
import { consumer } from '../protocol/replica-ids.ts'
import type { RequestOf } from '../protocol/schema.ts'
import type { Broker } from './broker.ts'
import type { FetchTarget } from './fetch-sessions.ts'
import type { Call } from './handler.ts'
import { topicOf } from './handlers/topic-of.ts'
import type { Hosted } from './hosted.ts'
import { failed, type ReadOutcome, read } from './read.ts'
import { selectsByRack } from './replica-selector.ts'

type FetchRequest = RequestOf<typeof fetch>

export interface FetchPart {
  readonly target: FetchTarget
  /** Null for an id that no topic has. */
  readonly name: string | null
  readonly outcome: ReadOutcome
}

export interface Round {
  readonly parts: readonly FetchPart[]
  readonly bytes: number
  /** Something that must be told now: an error of a partition that exists, a divergence, news for a follower. */
  readonly urgent: boolean
}

export interface Asked {
  readonly broker: Broker
  readonly request: FetchRequest
  readonly call: Call
  readonly targets: readonly FetchTarget[]
}

const readCommitted = 1
/** Since then a consumer tells its rack, and knows what to do when another replica is to answer (KIP-392). */
const racksSince = 11
/** Since then topics are named by id (KIP-516). */
export const idsSince = 13
/** Since then a follower tells who it is in a field of its own (KIP-903). */
const replicaStateSince = 15

/** What there is now, or as soon as it is enough: `minBytes`, an error, or the end of `maxWaitMs`. */
export async function fetchRound(asked: Asked): Promise<Round> {
  const round = await roundOf(asked)
  countCopied(asked, round)
  return round
}

async function roundOf(asked: Asked): Promise<Round> {
  const { broker, request, call } = asked
  const first = noteFollower(asked, readAll(asked))
  // More than the most that is sent can never be there.
  const minBytes = Math.min(request.minBytes, bytesMaxOf(asked))
  const hosted = first.parts.flatMap(({ outcome }) => outcome.hosted ?? [])
  const enough = (round: Round) => round.bytes >= minBytes || round.urgent
  // Unknown topics alone are told at once, but they do not end the wait for others, or their client would ask without a pause.
  if (enough(first) || request.maxWaitMs <= 0 || hosted.length === 0) return first
  let round = first
  await longPoll({ broker, hosted, maxWaitMs: request.maxWaitMs, gone: call.gone }, () => {
    round = readAll(asked)
    return enough(round) || faultsIn(round) > faultsIn(first)
  })
  return round
}

const bytesMaxOf = ({ broker, request }: Asked): number =>
  Math.max(0, Math.min(request.maxBytes, broker.settings.get('fetch.max.bytes')))

const faultsIn = ({ parts }: Round): number =>
  parts.reduce((count, { outcome }) => (outcome.error === 'NONE' ? count : count + 1), 0)

function readAll(asked: Asked): Round {
  const { broker, request, call, targets } = asked
  const bytesMax = bytesMaxOf(asked)
  const replicaId = followerOf(asked)
  const asFollower = replicaId !== null
  const isHeld = replicaId === null ? () => false : heldFrom(broker, replicaId)
  const fromAny = !asFollower && call.apiVersion >= racksSince
  const nearest = fromAny ? nearestTo(asked) : () => nobody
  const { buffers } = call
  // What an earlier look found is not sent.
  buffers?.giveBack()
  let bytes = 0
  let urgent = false
  const parts = targets.map((target): FetchPart => {
    const { wanted } = target
    const name = topicOf(
      broker.image,
      { name: target.topic, topicId: target.topicId },
      call.apiVersion >= idsSince,
    )
    if (name === null) return { target, name, outcome: failed('UNKNOWN_TOPIC_ID', null) }
    const outcome = read(broker.replicas, {
      topic: name,
      partition: wanted.partition,
      fetchOffset: wanted.fetchOffset,
      currentLeaderEpoch: wanted.currentLeaderEpoch,
      lastFetchedEpoch: wanted.lastFetchedEpoch,
      bytesMax: Math.max(0, Math.min(wanted.partitionMaxBytes, bytesMax - bytes)),
      readCommitted: request.isolationLevel === readCommitted,
      atLeastOneBatch: bytes === 0,
      asFollower,
      isHeld,
      fromAny,
      nearest: (hosted) => nearest(hosted, wanted.fetchOffset),
      ...(buffers && { room: (size: number) => buffers.take(size) }),
    })
    bytes += outcome.records.length
    const fault = outcome.error !== 'NONE' && outcome.error !== 'UNKNOWN_TOPIC_OR_PARTITION'
    urgent ||= fault || outcome.divergingEpoch !== null || outcome.preferredReadReplica !== null
    return { target, name, outcome }
  })
  return { parts, bytes, urgent }
}

/** What is not in sync waits while more was copied than the limit allows. */
function heldFrom({ replication: { leaderThrottle } }: Broker, replicaId: number) {
  if (!leaderThrottle.isExceeded) return () => false
  return ({ state, log }: Hosted) =>
    !state.inSync.includes(replicaId) && leaderThrottle.holds(log.topic, log.partition)
}

/** What goes out to other brokers counts, where there is a limit for it. */
function countCopied(asked: Asked, { parts }: Round): void {
  if (followerOf(asked) === null) return
  const { leaderThrottle } = asked.broker.replication
  for (const { target, name, outcome } of parts) {
    if (outcome.records.length === 0 || name === null) continue
    if (leaderThrottle.holds(name, target.wanted.partition)) {
      leaderThrottle.record(outcome.records.length)
    }
  }
}

const nobody = null

function nearestTo({ broker, request, call }: Asked) {
  const { rackId } = request
  if (rackId === '' || !selectsByRack(broker.settings)) return () => nobody
  const racks = new Map(broker.aliveBrokers(call.listener).map(({ id, rack }) => [id, rack]))
  const rackOf = (id: number) => racks.get(id) ?? null
  return ({ state }: Hosted, fetchOffset: bigint) =>
    nearestReplica(state, { rackId, fetchOffset, rackOf })
}

/** The replica that asks; null for consumers (Kafka's debugging clients, -2, read as they do). */
function followerOf({ request, call }: Asked): number | null {
  const id =
    call.apiVersion >= replicaStateSince ? request.replicaState.replicaId : request.replicaId
  return id > consumer ? id : null
}

/** What a follower asks for tells how far it is; then the high watermark may be news for it (KIP-1166). */
function noteFollower(asked: Asked, round: Round): Round {
  const replicaId = followerOf(asked)
  if (replicaId === null) return round
  const { broker, request } = asked
  let { urgent } = round
  const parts = round.parts.map((part) => {
    const { outcome, target } = part
    const { hosted } = outcome
    if (outcome.error !== 'NONE' || outcome.divergingEpoch !== null || hosted === null) return part
    const { fetchOffset, logStartOffset, highWatermark: known } = target.wanted
    const brokerEpoch = request.replicaState.replicaEpoch
    broker.replicas.followed(hosted, { replicaId, brokerEpoch, fetchOffset, logStartOffset })
    const { highWatermark } = hosted.log
    // One that is held would be told so without end, and ask without end.
    urgent ||= known < highWatermark && !outcome.isHeld
    return { ...part, outcome: { ...outcome, highWatermark } }
  })
  return { ...round, parts, urgent }
}

interface LongPoll {
  readonly broker: Broker
  readonly hosted: readonly Hosted[]
  readonly maxWaitMs: number
  readonly gone: AbortSignal
}

/** Looks again whenever one of the partitions changes, until a look is enough; and once more when the time is over. */
function longPoll(
  { broker, hosted, maxWaitMs, gone }: LongPoll,
  look: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let looking = false
    let over = false
    const end = () => {
      over = true
      for (const forget of watches) forget()
      cancel()
      gone.removeEventListener('abort', lastLook)
      resolve()
    }
    const lastLook = () => {
      look()
      end()
    }
    const changed = () => {
      // Several appends of one turn are one reason to look.
      if (looking) return
      looking = true
      queueMicrotask(() => {
        looking = false
        if (!over && look()) end()
      })
    }
    const watches = [...new Set(hosted)].map((each) => each.watch(changed))
    const cancel = broker.clock.schedule(maxWaitMs, lastLook)
    gone.addEventListener('abort', lastLook)
    if (gone.aborted) lastLook()
  })
}
