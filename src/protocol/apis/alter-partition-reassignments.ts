import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int16,
  int32,
  nullable,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/** Begins or cancels moves of replicas (KIP-455). */
export const alterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    timeoutMs: defaulted(int32, 60000),
    allowReplicationFactorChange: since(1, boolean, true),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            replicas: defaulted(nullable(array(int32)), null),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    allowReplicationFactorChange: ignorable(since(1, boolean, true)),
    errorCode: int16,
    errorMessage: nullableString,
    responses: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: nullableString,
          }),
        ),
      }),
    ),
  },
})
