import { api, bytes, defaulted, int16, int32, int64 } from '../schema.ts'

/** Renews a delegation token (KIP-48). */
export const renewDelegationToken = api({
  key: 39,
  name: 'RenewDelegationToken',
  versions: [1, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    hmac: bytes,
    renewPeriodMs: int64,
  },
  response: {
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: defaulted(int32, 0),
  },
})
