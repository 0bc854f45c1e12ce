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

/** Changes start offsets of share groups (KIP-932). */
export const alterShareGroupOffsets = api({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: string,
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            startOffset: int64,
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: defaulted(nullableString, null),
    responses: array(
      struct({
        topicName: string,
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: defaulted(nullableString, null),
          }),
        ),
      }),
    ),
  },
})
