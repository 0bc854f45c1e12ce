import { api, bytes, ignorable, int16, int64, nullableString, since } from '../schema.ts'

/** Carries SASL tokens (KIP-152). */
export const saslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: {
    authBytes: bytes,
  },
  response: {
    errorCode: int16,
    errorMessage: nullableString,
    authBytes: bytes,
    sessionLifetimeMs: ignorable(since(1, int64)),
  },
})
