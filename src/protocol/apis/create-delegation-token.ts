import {
  api,
  array,
  bytes,
  defaulted,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/** Issues a delegation token (KIP-48). */
export const createDelegationToken = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    ownerPrincipalType: since(3, nullableString),
    ownerPrincipalName: since(3, nullableString),
    renewers: array(
      struct({
        principalType: string,
        principalName: string,
      }),
    ),
    maxLifetimeMs: int64,
  },
  response: {
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: since(3, string),
    tokenRequesterPrincipalName: since(3, string),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: defaulted(int32, 0),
  },
})
