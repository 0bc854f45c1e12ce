import {
  api,
  array,
  between,
  boolean,
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
  until,
  uuid,
} from '../schema.ts'

/**
 * Reads committed offsets. v7: requireStable (KIP-447); v8: several groups; v9: member epochs;
 * v10: topic ids.
 */
export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexible: 6,
  request: {
    groupId: until(7, string),
    topics: until(
      7,
      nullable(
        array(
          struct({
            name: string,
            partitionIndexes: array(int32),
          }),
        ),
        2,
      ),
    ),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          memberId: ignorable(since(9, nullableString, null)),
          memberEpoch: ignorable(since(9, int32, -1)),
          topics: nullable(
            array(
              struct({
                name: ignorable(until(9, string)),
                topicId: ignorable(since(10, uuid)),
                partitionIndexes: array(int32),
              }),
            ),
          ),
        }),
      ),
    ),
    requireStable: since(7, boolean),
  },
  response: {
    throttleTimeMs: ignorable(since(3, int32)),
    topics: until(
      7,
      array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              committedOffset: int64,
              committedLeaderEpoch: ignorable(since(5, int32, -1)),
              metadata: nullableString,
              errorCode: int16,
            }),
          ),
        }),
      ),
    ),
    errorCode: ignorable(between(2, 7, int16)),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          topics: array(
            struct({
              name: ignorable(until(9, string)),
              topicId: ignorable(since(10, uuid)),
              partitions: array(
                struct({
                  partitionIndex: int32,
                  committedOffset: int64,
                  committedLeaderEpoch: defaulted(int32, -1),
                  metadata: nullableString,
                  errorCode: int16,
                }),
              ),
            }),
          ),
          errorCode: int16,
        }),
      ),
    ),
  },
})
