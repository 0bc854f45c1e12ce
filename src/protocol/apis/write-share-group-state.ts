import {
  api,
  array,
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

/** Writes the state of a share partition (KIP-932). */
export const writeShareGroupState = api({
  key: 85,
  name: 'WriteShareGroupState',
  versions: [0, 1],
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
            stateEpoch: int32,
            leaderEpoch: int32,
            startOffset: int64,
            deliveryCompleteCount: ignorable(since(1, int32, -1)),
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
  response: {
    results: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partition: int32,
            errorCode: int16,
            errorMessage: defaulted(nullableString, null),
          }),
        ),
      }),
    ),
  },
})
