import { api, bytes, defaulted, int16, int32, int64 } from '../schema.ts'

/** Expires a delegation token (KIP-48). */
export const expireDelegationToken = api({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [1, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    hmac: bytes,
    expiryTimePeriodMs: int64,
  },
  response: {
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: defaulted(int32, 0),
  },
})
