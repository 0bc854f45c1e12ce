import { expireDelegationToken } from '../../protocol/apis/expire-delegation-token.ts'
import { handler } from '../handler.ts'
import { noTokens } from './no-tokens.ts'

export default handler(expireDelegationToken, () => ({
  ...noTokens,
  expiryTimestampMs: -1n,
  throttleTimeMs: 0,
}))
