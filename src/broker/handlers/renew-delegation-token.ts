import { renewDelegationToken } from '../../protocol/apis/renew-delegation-token.ts'
import { handler } from '../handler.ts'
import { noTokens } from './no-tokens.ts'

export default handler(renewDelegationToken, () => ({
  ...noTokens,
  expiryTimestampMs: -1n,
  throttleTimeMs: 0,
}))
