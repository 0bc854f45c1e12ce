import { api, array, defaulted, int16, int32, int64, struct, uuid } from '../schema.ts'

/** A broker tells in which log directory a replica lies (KIP-858). */
export const assignReplicasToDirs = api({
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: [0, 0],
  flexible: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32,
    brokerEpoch: defaulted(int64, -1n),
    directories: array(
      struct({
        id: uuid,
        topics: array(
          struct({
            topicId: uuid,
            partitions: array(
              struct({
                partitionIndex: int32,
              }),
            ),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    directories: array(
      struct({
        id: uuid,
        topics: array(
          struct({
            topicId: uuid,
            partitions: array(
              struct({
                partitionIndex: int32,
                errorCode: int16,
              }),
            ),
          }),
        ),
      }),
    ),
  },
})
