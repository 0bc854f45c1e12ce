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
  until,
  uuid,
} from '../schema.ts'

/** Commits offsets of a group. v7: static members; v9: member epochs of KIP-848; v10: topic ids. */
export const offsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexible: 8,
  request: {
    groupId: string,
    generationIdOrMemberEpoch: defaulted(int32, -1),
    memberId: string,
    retentionTimeMs: ignorable(until(4, int64, -1n)),
    groupInstanceId: since(7, nullableString, null),
    topics: array(
      struct({
        name: ignorable(until(9, string)),
        topicId: ignorable(since(10, uuid)),
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: ignorable(since(6, int32, -1)),
            committedMetadata: nullableString,
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: ignorable(since(3, int32)),
    topics: array(
      struct({
        name: ignorable(until(9, string)),
        topicId: ignorable(since(10, uuid)),
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
          }),
        ),
      }),
    ),
  },
})
