import {
  api,
  array,
  defaulted,
  int8,
  int16,
  int32,
  int64,
  nullableString,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Reads the state of a share partition (KIP-932). */
export const readShareGroupState = api({
  key: 84,
  name: 'ReadShareGroupState',
  versions: [0, 0],
  flexible: 0,
  clusterAction: true,
  request: {
    groupId: string,
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partition: int32,
            leaderEpoch: int32,
          }),
        ),
      }),
    ),
  },
  response: {
    results: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partition: int32,
            errorCode: int16,
            errorMessage: defaulted(nullableString, null),
            stateEpoch: int32,
            startOffset: int64,
            stateBatches: array(
              struct({
                firstOffset: int64,
                lastOffset: int64,
                deliveryState: int8,
                deliveryCount: int16,
              }),
            ),
          }),
        ),
      }),
    ),
  },
})
