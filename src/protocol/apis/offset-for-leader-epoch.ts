import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  since,
  string,
  struct,
} from '../schema.ts'

/** Where a leader epoch ended in the log (KIP-101, KIP-320). */
export const offsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexible: 4,
  request: {
    replicaId: ignorable(since(3, int32, -2)),
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: defaulted(int32, -1),
            leaderEpoch: int32,
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            errorCode: int16,
            partition: int32,
            leaderEpoch: defaulted(int32, -1),
            endOffset: defaulted(int64, -1n),
          }),
        ),
      }),
    ),
  },
})
