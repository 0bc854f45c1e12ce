import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  since,
  string,
  struct,
  until,
} from '../schema.ts'

/** Adds partitions to a transaction; v4: in batches by brokers, to verify (KIP-890). */
export const addPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexible: 3,
  request: {
    v3AndBelowTransactionalId: until(3, string),
    v3AndBelowProducerId: until(3, int64),
    v3AndBelowProducerEpoch: until(3, int16),
    v3AndBelowTopics: until(
      3,
      array(
        struct({
          name: string,
          partitions: array(int32),
        }),
      ),
    ),
    transactions: since(
      4,
      array(
        struct({
          transactionalId: string,
          producerId: int64,
          producerEpoch: int16,
          verifyOnly: boolean,
          topics: array(
            struct({
              name: string,
              partitions: array(int32),
            }),
          ),
        }),
      ),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    resultsByTopicV3AndBelow: until(
      3,
      array(
        struct({
          name: string,
          resultsByPartition: array(
            struct({
              partitionIndex: int32,
              partitionErrorCode: int16,
            }),
          ),
        }),
      ),
    ),
    errorCode: ignorable(since(4, int16)),
    resultsByTransaction: since(
      4,
      array(
        struct({
          transactionalId: string,
          topicResults: array(
            struct({
              name: string,
              resultsByPartition: array(
                struct({
                  partitionIndex: int32,
                  partitionErrorCode: int16,
                }),
              ),
            }),
          ),
        }),
      ),
    ),
  },
})
