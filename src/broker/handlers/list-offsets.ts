import { listOffsets } from '../../protocol/apis/list-offsets.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
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
const consumer = -1

/** The first version that knows each of the special timestamps. */
const knownSince = new Map([
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
])

export default handler(listOffsets, (broker, request, call) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => answer(broker, request, call, name, asked)),
  })),
}))

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
  const hosted = broker.replicas.leader(topic, partitionIndex, currentLeaderEpoch)
  if (typeof hosted === 'string') return failed(partitionIndex, hosted)
  const found = find(hosted, request, timestamp)
  return {
    partitionIndex,
    errorCode: 0,
    ...(found ?? { timestamp: -1n, offset: -1n, leaderEpoch: -1 }),
  }
}

type Found = { timestamp: bigint; offset: bigint; leaderEpoch: number }

function find(hosted: Hosted, request: ListOffsetsRequest, timestamp: bigint): Found | null {
  const { log } = hosted
  const visible = request.isolationLevel === 1 ? log.lastStableOffset : log.highWatermark
  const upTo = request.replicaId === consumer ? visible : log.logEndOffset
  switch (timestamp) {
    case latest:
      return { timestamp: -1n, offset: upTo, leaderEpoch: hosted.state.leaderEpoch }
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
      return found !== null && found.offset < upTo ? found : null
    }
  }
}

const failed = (partitionIndex: number, error: ErrorName): Part => ({
  partitionIndex,
  errorCode: code(error),
})
