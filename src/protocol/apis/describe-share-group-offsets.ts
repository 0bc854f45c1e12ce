import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  since,
  string,
  struct,
  uuid,
} from '../schema.ts'

/** Start offsets and lag of share groups (KIP-932). */
export const describeShareGroupOffsets = api({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: [0, 1],
  flexible: 0,
  request: {
    groups: array(
      struct({
        groupId: string,
        topics: nullable(
          array(
            struct({
              topicName: string,
              partitions: array(int32),
            }),
          ),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    groups: array(
      struct({
        groupId: string,
        topics: array(
          struct({
            topicName: string,
            topicId: uuid,
            partitions: array(
              struct({
                partitionIndex: int32,
                startOffset: int64,
                leaderEpoch: int32,
                lag: ignorable(since(1, int64, -1n)),
                errorCode: int16,
                errorMessage: defaulted(nullableString, null),
              }),
            ),
          }),
        ),
        errorCode: int16,
        errorMessage: defaulted(nullableString, null),
      }),
    ),
  },
})
