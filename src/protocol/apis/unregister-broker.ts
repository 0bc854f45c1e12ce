import { api, defaulted, int16, int32, nullableString } from '../schema.ts'

/** Removes a broker from the cluster for good (KIP-631). */
export const unregisterBroker = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    brokerId: int32,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
  },
})
