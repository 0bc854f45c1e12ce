import { listOffsets } from '../../protocol/apis/list-offsets.ts'
import { code, type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { consumer, debuggingConsumer } from '../../protocol/replica-ids.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { type Call, handler } from '../handler.ts'
import type { Hosted } from '../hosted.ts'

type ListOffsetsRequest = RequestOf<typeof listOffsets>
type Asked = ListOffsetsRequest['topics'][number]['partitions'][number]
type Part = SentResponseOf<typeof listOffsets>['topics'][number]['partitions'][number]

const latest = -1n
const earliest = -2n
const maxTimestamp = -3n
const earliestLocal = -4n
const latestTiered = -5n
const earliestPendingUpload = -6n

const leaderEpochSince = 4
const offsetNotAvailableSince = 5

/** The first version that knows each of the special timestamps. */
const knownSince = new Map([
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
])

export default handler(listOffsets, (broker, request, call) => ({
  topics: [...byTopic(request)].map(([name, partitions]) => ({
    name,
    partitions: partitions.flatMap((asked, index) => {
      const { partitionIndex } = asked
      const same = (each: Asked) => each.partitionIndex === partitionIndex
      if (partitions.findIndex(same) < index) return []
      return partitions.filter(same).length > 1
        ? failed(partitionIndex, 'INVALID_REQUEST')
        : answer(broker, request, call, name, asked)
    }),
  })),
}))

/** A topic that stands there twice is answered once. */
function byTopic({ topics }: ListOffsetsRequest): Map<string, Asked[]> {
  const found = new Map<string, Asked[]>()
  for (const { name, partitions } of topics) {
    found.set(name, [...(found.get(name) ?? []), ...partitions])
  }
  return found
}

function answer(
  broker: Broker,
  request: ListOffsetsRequest,
  call: Call,
  topic: string,
  asked: Asked,
): Part {
  const { partitionIndex, timestamp, currentLeaderEpoch } = asked
  if (call.apiVersion < (knownSince.get(timestamp) ?? 0) || timestamp < earliestPendingUpload) {
    return failed(partitionIndex, 'UNSUPPORTED_VERSION')
  }
  const { replicas } = broker
  const isDebugging = request.replicaId === debuggingConsumer
  const hosted = replicas[isDebugging ? 'readable' : 'leader'](
    topic,
    partitionIndex,
    currentLeaderEpoch,
  )
  if (typeof hosted === 'string') return failed(partitionIndex, hosted)
  const found = find(hosted, request, timestamp)
  if (typeof found === 'string') {
    const old = found === 'OFFSET_NOT_AVAILABLE' && call.apiVersion < offsetNotAvailableSince
    return failed(partitionIndex, old ? 'LEADER_NOT_AVAILABLE' : found)
  }
  const { leaderEpoch, ...place } = found ?? nowhere
  const epoch = call.apiVersion >= leaderEpochSince ? { leaderEpoch } : {}
  return { partitionIndex, errorCode: 0, ...place, ...epoch }
}

type Found = { timestamp: bigint; offset: bigint; leaderEpoch: number }

const nowhere: Found = { timestamp: -1n, offset: -1n, leaderEpoch: -1 }

function find(
  hosted: Hosted,
  request: ListOffsetsRequest,
  timestamp: bigint,
): Found | ErrorName | null {
  try {
    return findIn(hosted, request, timestamp)
  } catch (error) {
    // The disk failed under this one partition.
    if (error instanceof KafkaError) return error.error
    throw error
  }
}

function findIn(
  hosted: Hosted,
  request: ListOffsetsRequest,
  timestamp: bigint,
): Found | ErrorName | null {
  const { log, state } = hosted
  const isConsumer = request.replicaId === consumer
  const visible = request.isolationLevel === 1 ? log.lastStableOffset : log.highWatermark
  const upTo = isConsumer ? visible : log.logEndOffset
  // A fresh leader does not know yet how far its predecessor had told consumers (KIP-207).
  const catchingUp = isConsumer && upTo < state.epochStartOffset
  switch (timestamp) {
    case latest:
      if (catchingUp) return 'OFFSET_NOT_AVAILABLE'
      return { timestamp: -1n, offset: upTo, leaderEpoch: state.leaderEpoch }
    case earliest:
    case earliestLocal: {
      const offset = log.logStartOffset
      return { timestamp: -1n, offset, leaderEpoch: log.epochAt(offset) }
    }
    // There is no remote storage, so nothing lies there and nothing waits for it.
    case latestTiered:
    case earliestPendingUpload:
      return null
    default: {
      const found =
        timestamp === maxTimestamp ? log.offsetOfMaxTimestamp() : log.offsetForTimestamp(timestamp)
      if (found !== null && found.offset < upTo) return found
      return found !== null && catchingUp ? 'OFFSET_NOT_AVAILABLE' : null
    }
  }
}

const failed = (partitionIndex: number, error: ErrorName): Part => ({
  partitionIndex,
  errorCode: code(error),
})
