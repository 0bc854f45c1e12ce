import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Reads the start offset of a share partition (KIP-932). */
export const readShareGroupStateSummary = api({
  key: 87,
  name: 'ReadShareGroupStateSummary',
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
            leaderEpoch: int32,
            startOffset: int64,
            deliveryCompleteCount: ignorable(since(1, int32, -1)),
          }),
        ),
      }),
    ),
  },
})
