import { saslAuthenticate } from '../../protocol/apis/sasl-authenticate.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

/** No listener asks its clients who they are. */
export default handler(saslAuthenticate, () => ({
  errorCode: code('ILLEGAL_SASL_STATE'),
  errorMessage: 'SaslAuthenticate request received after successful authentication',
  authBytes: new Uint8Array(0),
}))
