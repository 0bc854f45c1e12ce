/** When a record was written, asked for by its offset: the age of what a group has not read yet. */
import { zeroUuid } from '../../base/uuid.ts'
import { fetch, highWatermarkUnknown, noSession } from '../../protocol/apis/fetch.ts'
import { RecordCursor } from '../../protocol/batch/cursor.ts'
import type { RequestOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { fetchedPartitions } from '../consumer/fetch-request.ts'
import { RecordRun } from '../consumer/record-run.ts'
import { done, type Result, resultOf } from '../result.ts'
import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { settleAtLeaders } from './leaders.ts'
import type { TimeoutOption } from './topics.ts'

export type RecordPlace = TopicPartition & { readonly offset: bigint }

/** A batch is given whole where it is the first one of an answer; small limits let many partitions into one. */
const partitionBytesFirst = 16 * 1024
const partitionBytesMax = 1024 * 1024
const answerBytesMax = 16 * 1024 * 1024

/** The timestamp of the first record at or after each offset; null where there is none. */
export function recordTimes<P extends RecordPlace>(
  cluster: Cluster,
  places: readonly P[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<P, Result<bigint | null>>> {
  const wanted = { callName: 'recordTimes', api: 'FETCH', timeoutMs }
  return settleAtLeaders(cluster, wanted, places, (connection, some) =>
    timesAt(cluster, connection, some),
  )
}

async function timesAt<P extends RecordPlace>(
  cluster: Cluster,
  connection: Connection,
  places: readonly P[],
): Promise<Map<P, Result<bigint | null>>> {
  const results = new Map<P, Result<bigint | null>>()
  const left = new Map(places.map((place) => [place, place.offset]))
  let partitionBytes = partitionBytesFirst
  while (left.size > 0) {
    const { request, highest } = requestFor(cluster, left, partitionBytes)
    const answer = await connection.call(fetch, request, { highest })
    const found = fetchedPartitions(cluster, answer)
    let hasMoved = false
    for (const [place, offset] of left) {
      const partition = found.get(partitionKey(place.topic, place.partition))
      if (partition === undefined) continue
      const { errorCode, records } = partition
      const result = resultOf(errorCode, null, () =>
        firstTime(place, offset, records ?? new Uint8Array()),
      )
      if (!result.ok) results.set(place, result)
      else if (result.value.timestamp !== null) results.set(place, done(result.value.timestamp))
      // Markers of transactions and the like: what comes after them?
      else if (result.value.position > offset) left.set(place, result.value.position)
      else continue
      hasMoved = true
      if (results.has(place)) left.delete(place)
    }
    // Whoever gets nothing at all although nobody else got anything stands at the end of the log.
    if (!hasMoved) {
      for (const place of left.keys()) results.set(place, done(null))
      break
    }
    partitionBytes = Math.min(partitionBytes * 4, partitionBytesMax)
  }
  return results
}

function firstTime({ topic, partition }: TopicPartition, startOffset: bigint, bytes: Uint8Array) {
  const run = new RecordRun(
    { topic, partition, bytes, startOffset, aborted: null, checkCrcs: false },
    new RecordCursor(),
  )
  return run.next()
    ? { timestamp: run.timestamp(), position: startOffset }
    : { timestamp: null, position: run.position }
}

type Request = RequestOf<typeof fetch>

function requestFor(
  cluster: Cluster,
  places: ReadonlyMap<RecordPlace, bigint>,
  partitionMaxBytes: number,
): { request: Request; highest: number } {
  const topics = new Map<string, Request['topics'][number]>()
  for (const [{ topic, partition }, fetchOffset] of places) {
    const topicId = cluster.cache.topics.get(topic)?.topicId ?? zeroUuid
    const of = topics.get(topic) ?? { topic, topicId, partitions: [] }
    topics.set(topic, of)
    of.partitions.push({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset,
      lastFetchedEpoch: -1,
      logStartOffset: -1n,
      partitionMaxBytes,
      replicaDirectoryId: zeroUuid,
      highWatermark: highWatermarkUnknown,
    })
  }
  const haveIds = [...topics.values()].every(({ topicId }) => topicId !== zeroUuid)
  return {
    request: {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: answerBytesMax,
      isolationLevel: 0,
      ...noSession,
      topics: [...topics.values()],
      rackId: '',
      clusterId: null,
      replicaState: { replicaId: -1, replicaEpoch: -1n },
    },
    highest: haveIds ? fetch.stable : 12,
  }
}
