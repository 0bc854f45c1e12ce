/** Records of __share_group_state (KIP-932). */
import {
  array,
  int8,
  int16,
  int32,
  int64,
  never,
  record,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.ts'

export const shareSnapshotKey = record({
  name: 'ShareSnapshotKey',
  type: 0,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    topicId: uuid,
    partition: int32,
  },
})

export const shareSnapshotValue = record({
  name: 'ShareSnapshotValue',
  type: 0,
  versions: [0, 0],
  flexible: 0,
  fields: {
    snapshotEpoch: int32,
    stateEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: tagged(0, 0, int32, -1),
    createTimestamp: int64,
    writeTimestamp: int64,
    stateBatches: array(
      struct({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    ),
  },
})

export const shareUpdateKey = record({
  name: 'ShareUpdateKey',
  type: 1,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    topicId: uuid,
    partition: int32,
  },
})

export const shareUpdateValue = record({
  name: 'ShareUpdateValue',
  type: 1,
  versions: [0, 0],
  flexible: 0,
  fields: {
    snapshotEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: tagged(0, 0, int32, -1),
    stateBatches: array(
      struct({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    ),
  },
})
