import {
  api,
  array,
  defaulted,
  int16,
  int32,
  nullable,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Moves of replicas that are going on (KIP-455). */
export const listPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    timeoutMs: defaulted(int32, 60000),
    topics: defaulted(
      nullable(
        array(
          struct({
            name: string,
            partitionIndexes: array(int32),
          }),
        ),
      ),
      null,
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            replicas: array(int32),
            addingReplicas: array(int32),
            removingReplicas: array(int32),
          }),
        ),
      }),
    ),
  },
})
