import { describeDelegationToken } from '../../protocol/apis/describe-delegation-token.ts'
import { handler } from '../handler.ts'
import { noTokens } from './no-tokens.ts'

export default handler(describeDelegationToken, () => ({
  ...noTokens,
  tokens: [],
  throttleTimeMs: 0,
}))
