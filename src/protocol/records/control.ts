/**
 * Control records: transaction markers (KIP-98) and those of the metadata quorum (KIP-595, 630,
 * 853).
 */
import {
  array,
  int16,
  int32,
  int64,
  message,
  never,
  record,
  since,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts'

export const controlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  flexible: never,
  fields: {
    type: int16,
  },
})

export const endTxnMarker = message({
  name: 'EndTxnMarker',
  versions: [0, 0],
  flexible: never,
  fields: {
    coordinatorEpoch: int32,
  },
})

export const leaderChangeMessage = record({
  name: 'LeaderChangeMessage',
  type: 2,
  versions: [0, 1],
  flexible: 0,
  fields: {
    version: int16,
    leaderId: int32,
    voters: array(
      struct({
        voterId: int32,
        voterDirectoryId: since(1, uuid),
      }),
    ),
    grantingVoters: array(
      struct({
        voterId: int32,
        voterDirectoryId: since(1, uuid),
      }),
    ),
  },
})

export const snapshotHeaderRecord = record({
  name: 'SnapshotHeaderRecord',
  type: 3,
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: int16,
    lastContainedLogTimestamp: int64,
  },
})

export const snapshotFooterRecord = record({
  name: 'SnapshotFooterRecord',
  type: 4,
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: int16,
  },
})

export const kRaftVersionRecord = record({
  name: 'KRaftVersionRecord',
  type: 5,
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: int16,
    kRaftVersion: int16,
  },
})

export const votersRecord = record({
  name: 'VotersRecord',
  type: 6,
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: int16,
    voters: array(
      struct({
        voterId: int32,
        voterDirectoryId: uuid,
        endpoints: array(
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
      }),
    ),
  },
})
