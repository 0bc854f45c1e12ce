/** Records of __consumer_offsets: offsets, and the groups of the classic protocol. */
import {
  array,
  between,
  bytes,
  ignorable,
  int32,
  int64,
  never,
  nullableString,
  record,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../schema.ts'

export const legacyOffsetCommitKey = record({
  name: 'LegacyOffsetCommitKey',
  type: 0,
  versions: [0, 0],
  flexible: never,
  fields: {
    group: string,
    topic: string,
    partition: int32,
  },
})

export const legacyOffsetCommitValue = record({
  name: 'LegacyOffsetCommitValue',
  type: 0,
  versions: [0, 0],
  flexible: never,
  fields: {
    offset: int64,
    metadata: string,
    commitTimestamp: int64,
  },
})

export const offsetCommitKey = record({
  name: 'OffsetCommitKey',
  type: 1,
  versions: [0, 0],
  flexible: never,
  fields: {
    group: string,
    topic: string,
    partition: int32,
  },
})

export const offsetCommitValue = record({
  name: 'OffsetCommitValue',
  type: 1,
  versions: [0, 4],
  flexible: 4,
  fields: {
    offset: int64,
    leaderEpoch: ignorable(since(3, int32, -1)),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: ignorable(between(1, 1, int64, -1n)),
    topicId: ignorable(tagged(0, 4, uuid)),
  },
})

export const groupMetadataKey = record({
  name: 'GroupMetadataKey',
  type: 2,
  versions: [0, 0],
  flexible: never,
  fields: {
    group: string,
  },
})

export const groupMetadataValue = record({
  name: 'GroupMetadataValue',
  type: 2,
  versions: [0, 4],
  flexible: 4,
  fields: {
    protocolType: string,
    generation: int32,
    protocol: nullableString,
    leader: nullableString,
    currentStateTimestamp: ignorable(since(2, int64, -1n)),
    members: array(
      struct({
        memberId: string,
        groupInstanceId: ignorable(since(3, nullableString, null)),
        clientId: string,
        clientHost: string,
        rebalanceTimeout: ignorable(since(1, int32, -1)),
        sessionTimeout: int32,
        subscription: bytes,
        assignment: bytes,
      }),
    ),
  },
})
