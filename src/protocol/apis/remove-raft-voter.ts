import { api, defaulted, int16, int32, nullableString, uuid } from '../schema.ts'

/** Removes a voter from the metadata quorum (KIP-853). */
export const removeRaftVoter = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    clusterId: nullableString,
    voterId: int32,
    voterDirectoryId: uuid,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
  },
})
