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
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Acknowledges records of a share group (KIP-932). */
export const shareAcknowledge = api({
  key: 79,
  name: 'ShareAcknowledge',
  versions: [1, 2],
  flexible: 1,
  request: {
    groupId: defaulted(nullableString, null),
    memberId: nullableString,
    shareSessionEpoch: int32,
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
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: defaulted(nullableString, null),
    acquisitionLockTimeoutMs: ignorable(since(2, int32)),
    responses: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: defaulted(nullableString, null),
            currentLeader: struct({
              leaderId: int32,
              leaderEpoch: int32,
            }),
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
