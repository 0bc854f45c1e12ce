import {
  api,
  array,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  records,
  since,
  string,
  struct,
  tagged,
  until,
  uuid,
} from '../schema.ts'

/**
 * Reads record batches; also how followers and the metadata quorum replicate. v7: sessions
 * (KIP-227); v12: epochs and divergence (KIP-595); v13: topic ids; v15: replica state (KIP-903);
 * v16: leader hints (KIP-951); v18: high watermark (KIP-1166).
 */
export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexible: 12,
  listeners: ['broker', 'controller'],
  request: {
    replicaId: until(14, int32, -1),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: defaulted(int32, 2147483647),
    isolationLevel: int8,
    sessionId: ignorable(since(7, int32)),
    sessionEpoch: ignorable(since(7, int32, -1)),
    topics: array(
      struct({
        topic: ignorable(until(12, string)),
        topicId: ignorable(since(13, uuid)),
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: ignorable(since(9, int32, -1)),
            fetchOffset: int64,
            lastFetchedEpoch: since(12, int32, -1),
            logStartOffset: ignorable(since(5, int64, -1n)),
            partitionMaxBytes: int32,
            replicaDirectoryId: ignorable(tagged(0, 17, uuid)),
            highWatermark: ignorable(tagged(1, 18, int64, 9223372036854775807n)),
          }),
        ),
      }),
    ),
    forgottenTopicsData: since(
      7,
      array(
        struct({
          topic: ignorable(until(12, string)),
          topicId: ignorable(since(13, uuid)),
          partitions: array(int32),
        }),
      ),
    ),
    rackId: ignorable(since(11, string)),
    clusterId: ignorable(tagged(0, 12, nullableString, null)),
    replicaState: tagged(
      1,
      15,
      struct({
        replicaId: defaulted(int32, -1),
        replicaEpoch: defaulted(int64, -1n),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: ignorable(since(7, int16)),
    sessionId: since(7, int32),
    responses: array(
      struct({
        topic: ignorable(until(12, string)),
        topicId: ignorable(since(13, uuid)),
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: defaulted(int64, -1n),
            logStartOffset: ignorable(since(5, int64, -1n)),
            abortedTransactions: nullable(
              array(
                struct({
                  producerId: int64,
                  firstOffset: int64,
                }),
              ),
            ),
            preferredReadReplica: since(11, int32, -1),
            records: defaulted(nullable(records), null),
            divergingEpoch: tagged(
              0,
              12,
              struct({
                epoch: defaulted(int32, -1),
                endOffset: defaulted(int64, -1n),
              }),
            ),
            currentLeader: tagged(
              1,
              12,
              struct({
                leaderId: defaulted(int32, -1),
                leaderEpoch: defaulted(int32, -1),
              }),
            ),
            snapshotId: tagged(
              2,
              12,
              struct({
                endOffset: defaulted(int64, -1n),
                epoch: defaulted(int32, -1),
              }),
            ),
          }),
        ),
      }),
    ),
    nodeEndpoints: tagged(
      0,
      16,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: int32,
          rack: defaulted(nullableString, null),
        }),
      ),
    ),
  },
})

/** Full requests, full answers: the last epoch of a session that is none (KIP-227). */
export const noSession = { sessionId: 0, sessionEpoch: -1, forgottenTopicsData: [] }

/** Of who does not wait for news of it. */
export const highWatermarkUnknown = 2n ** 63n - 1n
