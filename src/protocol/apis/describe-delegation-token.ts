import {
  api,
  array,
  bytes,
  defaulted,
  int16,
  int32,
  int64,
  nullable,
  since,
  string,
  struct,
} from '../schema.ts'

/** Lists delegation tokens (KIP-48). */
export const describeDelegationToken = api({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: {
    owners: nullable(
      array(
        struct({
          principalType: string,
          principalName: string,
        }),
      ),
    ),
  },
  response: {
    errorCode: int16,
    tokens: array(
      struct({
        principalType: string,
        principalName: string,
        tokenRequesterPrincipalType: since(3, string),
        tokenRequesterPrincipalName: since(3, string),
        issueTimestamp: int64,
        expiryTimestamp: int64,
        maxTimestamp: int64,
        tokenId: string,
        hmac: bytes,
        renewers: array(
          struct({
            principalType: string,
            principalName: string,
          }),
        ),
      }),
    ),
    throttleTimeMs: defaulted(int32, 0),
  },
})
