import {
  api,
  array,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

const trails = array(
  struct({
    name: string,
    partitions: array(
      struct({
        partitionIndex: int32,
        /** The moments at which the offset had changed; the first one may lie before the time asked for. */
        points: array(struct({ timestamp: int64, offset: int64 })),
      }),
    ),
  }),
)

/**
 * Jackdaw's own, and none of Kafka's: what a broker remembers of a group that it coordinates (the timeline of rebalances, and how
 * its committed offsets moved) and how the ends of the logs that it leads moved. Its key is where no release of Kafka has one. v1: which partitions moved.
 */
export const describeHistory = api({
  key: 30_000,
  name: 'DescribeHistory',
  versions: [0, 1],
  flexible: 0,
  request: {
    /** Null asks for ends of logs alone. */
    groupId: nullableString,
    since: int64,
    topics: array(struct({ name: string, partitions: array(int32) })),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    /** The broker's clock, by which everything here is dated. */
    now: int64,
    events: array(
      struct({
        timestamp: int64,
        kind: string,
        memberId: nullableString,
        groupInstanceId: nullableString,
        clientId: nullableString,
        clientHost: nullableString,
        reason: nullableString,
        generation: int32,
        protocol: nullableString,
        /** How many partitions each member has from here on. */
        assigned: array(struct({ memberId: string, partitions: int32 })),
        /** The first of those that have another owner than before, and how many there are. Null is nobody. */
        moved: since(
          1,
          array(
            struct({
              topic: string,
              partition: int32,
              from: nullableString,
              to: nullableString,
            }),
          ),
          [],
        ),
        movedCount: since(1, int32, 0),
      }),
    ),
    committed: trails,
    ends: trails,
  },
})
