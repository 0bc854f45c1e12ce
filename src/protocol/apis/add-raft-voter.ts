import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts'

/** Adds a voter to the metadata quorum (KIP-853). */
export const addRaftVoter = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexible: 0,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    clusterId: nullableString,
    timeoutMs: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array(
      struct({
        name: string,
        host: string,
        port: uint16,
      }),
    ),
    ackWhenCommitted: since(1, boolean, true),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
  },
})
