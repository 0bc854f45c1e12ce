import {
  api,
  array,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * Finds offsets by time: -1 latest, -2 earliest, -3 the largest timestamp (KIP-734), -4 earliest
 * local, -5 latest tiered (KIP-405), -6 earliest pending upload.
 */
export const listOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexible: 6,
  request: {
    replicaId: int32,
    isolationLevel: since(2, int8),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            currentLeaderEpoch: ignorable(since(4, int32, -1)),
            timestamp: int64,
          }),
        ),
      }),
    ),
    timeoutMs: ignorable(since(10, int32)),
  },
  response: {
    throttleTimeMs: ignorable(since(2, int32)),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            timestamp: defaulted(int64, -1n),
            offset: defaulted(int64, -1n),
            leaderEpoch: since(4, int32, -1),
          }),
        ),
      }),
    ),
  },
})
