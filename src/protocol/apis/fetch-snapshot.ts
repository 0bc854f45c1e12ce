import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullableString,
  records,
  string,
  struct,
  tagged,
  uint16,
  uuid,
} from '../schema.ts'

/** Reads a piece of a metadata snapshot (KIP-630). */
export const fetchSnapshot = api({
  key: 59,
  name: 'FetchSnapshot',
  versions: [0, 1],
  flexible: 0,
  listeners: ['controller'],
  request: {
    replicaId: defaulted(int32, -1),
    maxBytes: defaulted(int32, 2147483647),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32,
            snapshotId: struct({
              endOffset: int64,
              epoch: int32,
            }),
            position: int64,
            replicaDirectoryId: ignorable(tagged(0, 1, uuid)),
          }),
        ),
      }),
    ),
    clusterId: tagged(0, 0, nullableString, null),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            snapshotId: struct({
              endOffset: int64,
              epoch: int32,
            }),
            size: int64,
            position: int64,
            unalignedRecords: defaulted(records, null),
            currentLeader: tagged(
              0,
              0,
              struct({
                leaderId: int32,
                leaderEpoch: int32,
              }),
            ),
          }),
        ),
      }),
    ),
    nodeEndpoints: tagged(
      0,
      1,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: uint16,
        }),
      ),
    ),
  },
})
