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

/** Deletes offsets of share groups (KIP-932). */
export const deleteShareGroupOffsets = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: string,
    topics: array(
      struct({
        topicName: string,
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
        errorCode: int16,
        errorMessage: defaulted(nullableString, null),
      }),
    ),
  },
})
