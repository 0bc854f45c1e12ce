import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  records,
  since,
  string,
  struct,
  tagged,
  until,
  uuid,
} from '../schema.ts'

/**
 * Appends record batches to partitions. v13: topics by id (KIP-516); v12: implicit
 * AddPartitionsToTxn (KIP-890); v10: leader hints (KIP-951).
 */
export const produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexible: 9,
  request: {
    transactionalId: defaulted(nullableString, null),
    acks: int16,
    timeoutMs: int32,
    topicData: array(
      struct({
        name: ignorable(until(12, string)),
        topicId: ignorable(since(13, uuid)),
        partitionData: array(
          struct({
            index: int32,
            records: defaulted(nullable(records), null),
          }),
        ),
      }),
    ),
  },
  response: {
    responses: array(
      struct({
        name: ignorable(until(12, string)),
        topicId: ignorable(since(13, uuid)),
        partitionResponses: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: defaulted(int64, -1n),
            logStartOffset: ignorable(since(5, int64, -1n)),
            recordErrors: ignorable(
              since(
                8,
                array(
                  struct({
                    batchIndex: int32,
                    batchIndexErrorMessage: defaulted(nullableString, null),
                  }),
                ),
              ),
            ),
            errorMessage: ignorable(since(8, nullableString, null)),
            currentLeader: tagged(
              0,
              10,
              struct({
                leaderId: defaulted(int32, -1),
                leaderEpoch: defaulted(int32, -1),
              }),
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: defaulted(int32, 0),
    nodeEndpoints: tagged(
      0,
      10,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: int32,
          rack: defaulted(nullableString, null),
        }),
      ),
    ),
  },
})
