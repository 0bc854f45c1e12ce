import {
  api,
  array,
  defaulted,
  int16,
  int32,
  nullableString,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Deletes the state of a share partition (KIP-932). */
export const deleteShareGroupState = api({
  key: 86,
  name: 'DeleteShareGroupState',
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
