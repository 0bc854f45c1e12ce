import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  nullableString,
  records,
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Acquires records of a share group (KIP-932). */
export const shareFetch = api({
  key: 78,
  name: 'ShareFetch',
  versions: [1, 2],
  flexible: 1,
  request: {
    groupId: defaulted(nullableString, null),
    memberId: nullableString,
    shareSessionEpoch: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: defaulted(int32, 2147483647),
    maxRecords: int32,
    batchSize: int32,
    shareAcquireMode: ignorable(since(2, int8)),
    isRenewAck: since(2, boolean),
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            acknowledgementBatches: array(
              struct({
                firstOffset: int64,
                lastOffset: int64,
                acknowledgeTypes: array(int8),
              }),
            ),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topicId: uuid,
        partitions: array(int32),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: defaulted(nullableString, null),
    acquisitionLockTimeoutMs: int32,
    responses: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: defaulted(nullableString, null),
            acknowledgeErrorCode: int16,
            acknowledgeErrorMessage: defaulted(nullableString, null),
            currentLeader: struct({
              leaderId: int32,
              leaderEpoch: int32,
            }),
            records: defaulted(records, null),
            acquiredRecords: array(
              struct({
                firstOffset: int64,
                lastOffset: int64,
                deliveryCount: int16,
              }),
            ),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: defaulted(nullableString, null),
      }),
    ),
  },
})
