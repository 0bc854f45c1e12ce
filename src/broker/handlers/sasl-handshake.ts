import { saslHandshake } from '../../protocol/apis/sasl-handshake.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

/** No listener asks its clients who they are. */
export default handler(saslHandshake, () => ({
  errorCode: code('ILLEGAL_SASL_STATE'),
  mechanisms: [],
}))
