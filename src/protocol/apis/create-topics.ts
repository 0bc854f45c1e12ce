import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  nullable,
  nullableString,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.ts'

/** Creates topics; the controller answers. v5: configs in the answer (KIP-525); v7: topic ids. */
export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexible: 5,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    topics: array(
      struct({
        name: string,
        numPartitions: int32,
        replicationFactor: int16,
        assignments: array(
          struct({
            partitionIndex: int32,
            brokerIds: array(int32),
          }),
        ),
        configs: array(
          struct({
            name: string,
            value: nullableString,
          }),
        ),
      }),
    ),
    timeoutMs: defaulted(int32, 60000),
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    topics: array(
      struct({
        name: string,
        topicId: ignorable(since(7, uuid)),
        errorCode: int16,
        errorMessage: nullableString,
        numPartitions: ignorable(since(5, int32, -1)),
        replicationFactor: ignorable(since(5, int16, -1)),
        configs: ignorable(
          since(
            5,
            nullable(
              array(
                struct({
                  name: string,
                  value: nullableString,
                  readOnly: boolean,
                  configSource: defaulted(int8, -1),
                  isSensitive: boolean,
                }),
              ),
            ),
          ),
        ),
        topicConfigErrorCode: ignorable(tagged(0, 5, int16)),
      }),
    ),
  },
})
