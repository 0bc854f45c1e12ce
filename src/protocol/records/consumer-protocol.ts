/**
 * What members of a classic consumer group tell each other in JoinGroup and SyncGroup (KIP-429,
 * 792, 881).
 */
import {
  array,
  bytes,
  defaulted,
  ignorable,
  int32,
  message,
  never,
  nullable,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

export const consumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexible: never,
  fields: {
    topics: array(string),
    userData: defaulted(nullable(bytes), null),
    ownedPartitions: ignorable(
      since(
        1,
        array(
          struct({
            topic: string,
            partitions: array(int32),
          }),
        ),
      ),
    ),
    generationId: ignorable(since(2, int32, -1)),
    rackId: ignorable(since(3, nullableString, null)),
  },
})

export const consumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexible: never,
  fields: {
    assignedPartitions: array(
      struct({
        topic: string,
        partitions: array(int32),
      }),
    ),
    userData: defaulted(nullable(bytes), null),
  },
})
