import {
  api,
  array,
  defaulted,
  int16,
  int32,
  nullableString,
  string,
  struct,
  tagged,
  uint16,
  uuid,
} from '../schema.ts'

/** A voter tells its endpoints and versions (KIP-853). */
export const updateRaftVoter = api({
  key: 82,
  name: 'UpdateRaftVoter',
  versions: [0, 0],
  flexible: 0,
  listeners: ['controller'],
  request: {
    clusterId: nullableString,
    currentLeaderEpoch: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array(
      struct({
        name: string,
        host: string,
        port: uint16,
      }),
    ),
    kRaftVersionFeature: struct({
      minSupportedVersion: int16,
      maxSupportedVersion: int16,
    }),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    currentLeader: tagged(
      0,
      0,
      struct({
        leaderId: defaulted(int32, -1),
        leaderEpoch: defaulted(int32, -1),
        host: string,
        port: int32,
      }),
    ),
  },
})
