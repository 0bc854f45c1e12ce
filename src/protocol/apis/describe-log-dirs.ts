import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullable,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * Log directories of a broker and the size of what they hold (KIP-113); v4: total and usable bytes
 * (KIP-827).
 */
export const describeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexible: 2,
  request: {
    topics: nullable(
      array(
        struct({
          topic: string,
          partitions: array(int32),
        }),
      ),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: ignorable(since(3, int16)),
    results: array(
      struct({
        errorCode: int16,
        logDir: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                partitionSize: int64,
                offsetLag: int64,
                isFutureKey: boolean,
              }),
            ),
          }),
        ),
        totalBytes: ignorable(since(4, int64, -1n)),
        usableBytes: ignorable(since(4, int64, -1n)),
        isCordoned: ignorable(since(5, boolean)),
      }),
    ),
  },
})
