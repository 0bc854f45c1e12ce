import {
  api,
  array,
  defaulted,
  int8,
  int16,
  int32,
  nullable,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/** Elects preferred or, if need be, unclean leaders (KIP-183, KIP-460). */
export const electLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    electionType: since(1, int8),
    topicPartitions: nullable(
      array(
        struct({
          topic: string,
          partitions: array(int32),
        }),
      ),
    ),
    timeoutMs: defaulted(int32, 60000),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: since(1, int16),
    replicaElectionResults: array(
      struct({
        topic: string,
        partitionResult: array(
          struct({
            partitionId: int32,
            errorCode: int16,
            errorMessage: nullableString,
          }),
        ),
      }),
    ),
  },
})
