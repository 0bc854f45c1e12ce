import {
  api,
  array,
  defaulted,
  int16,
  int32,
  int64,
  nullableString,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Begins the state of a share partition (KIP-932). */
export const initializeShareGroupState = api({
  key: 83,
  name: 'InitializeShareGroupState',
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
            stateEpoch: int32,
            startOffset: int64,
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
