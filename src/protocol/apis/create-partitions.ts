import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  nullable,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Adds partitions to topics (KIP-195). */
export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    topics: array(
      struct({
        name: string,
        count: int32,
        assignments: nullable(
          array(
            struct({
              brokerIds: array(int32),
            }),
          ),
        ),
      }),
    ),
    timeoutMs: int32,
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    results: array(
      struct({
        name: string,
        errorCode: int16,
        errorMessage: defaulted(nullableString, null),
      }),
    ),
  },
})
