import { createDelegationToken } from '../../protocol/apis/create-delegation-token.ts'
import { handler } from '../handler.ts'
import { noTokens } from './no-tokens.ts'

const anonymous = { type: 'User', name: 'ANONYMOUS' } as const
const never = -1n

export default handler(createDelegationToken, () => ({
  ...noTokens,
  principalType: anonymous.type,
  principalName: anonymous.name,
  tokenRequesterPrincipalType: anonymous.type,
  tokenRequesterPrincipalName: anonymous.name,
  issueTimestampMs: never,
  expiryTimestampMs: never,
  maxTimestampMs: never,
  tokenId: '',
  hmac: new Uint8Array(0),
  throttleTimeMs: 0,
}))
