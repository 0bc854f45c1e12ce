import { api, defaulted, int16, int32, int64, string } from '../schema.ts'

/** Adds a group's offsets partition to a transaction (KIP-98). */
export const addOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
  },
})
