/** What the protocol's bench says: the same content for every codec, each in the shape that its own side takes. */

export const topicCount = 10
export const partitionCount = 20

export const topicNames = Array.from({ length: topicCount }, (_, i) => `orders-of-region-${i}`)
export const topicIds = topicNames.map((_, i) =>
  Buffer.alloc(16, i + 1)
    .toString('base64url')
    .slice(0, 22),
)
export const partitions = Array.from({ length: partitionCount }, (_, i) => i)

/** The one record that a producer sends to every partition. */
export const recordValue = Buffer.alloc(100, 'Hello, world ')

export const offset = 123_456_789n

export function fetchRequest() {
  return {
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 52_428_800,
    isolationLevel: 0,
    sessionId: 77,
    sessionEpoch: 5,
    topics: topicNames.map((topic, t) => ({
      topic,
      topicId: topicIds[t]!,
      partitions: partitions.map((partition) => ({
        partition,
        currentLeaderEpoch: 3,
        fetchOffset: offset,
        logStartOffset: -1n,
        partitionMaxBytes: 1_048_576,
      })),
    })),
    forgottenTopicsData: [],
    rackId: '',
  }
}

export function fetchResponse() {
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 77,
    responses: topicNames.map((topic, t) => ({
      topic,
      topicId: topicIds[t]!,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        errorCode: 0,
        highWatermark: offset,
        lastStableOffset: offset,
        logStartOffset: 0n,
        abortedTransactions: [] as { producerId: bigint; firstOffset: bigint }[],
        preferredReadReplica: -1,
        records: null,
      })),
    })),
  }
}

/** `batch` gives the records of one partition; it is asked for each. */
export function produceRequest(batch: () => Uint8Array) {
  return {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: topicNames.map((name, t) => ({
      name,
      topicId: topicIds[t]!,
      partitionData: partitions.map((index) => ({ index, records: batch() })),
    })),
  }
}

export function produceResponse() {
  return {
    responses: topicNames.map((name, t) => ({
      name,
      topicId: topicIds[t]!,
      partitionResponses: partitions.map((index) => ({
        index,
        errorCode: 0,
        baseOffset: offset,
        logAppendTimeMs: -1n,
        logStartOffset: 0n,
        recordErrors: [] as { batchIndex: number; batchIndexErrorMessage: string | null }[],
        errorMessage: null,
      })),
    })),
    throttleTimeMs: 0,
  }
}

export function metadataResponse(topics: number, partitionsEach: number) {
  return {
    throttleTimeMs: 0,
    brokers: [1, 2, 3].map((nodeId) => ({
      nodeId,
      host: 'localhost',
      port: 9091 + nodeId,
      rack: null,
    })),
    clusterId: 'x5Hn2YNzTqO4bKqW0Jt2Cw',
    controllerId: 1,
    topics: Array.from({ length: topics }, (_, t) => ({
      errorCode: 0,
      name: `orders-of-region-${t}`,
      topicId: topicIds[t % topicIds.length]!,
      isInternal: false,
      partitions: Array.from({ length: partitionsEach }, (_, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: 1 + (partitionIndex % 3),
        leaderEpoch: 4,
        replicaNodes: [1, 2, 3],
        isrNodes: [1, 2, 3],
        offlineReplicas: [] as number[],
      })),
    })),
  }
}
