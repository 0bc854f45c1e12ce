import { saslAuthenticate } from '../../protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../protocol/apis/sasl-handshake.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import { ensureNone } from '../result.ts'
import type { SaslMechanism } from './mechanism.ts'

/** Tells a broker who we are, before anything else is asked (KIP-43, KIP-152). */
export async function authenticate(
  connection: Connection,
  mechanism: SaslMechanism,
): Promise<void> {
  const shaken = await connection.call(saslHandshake, { mechanism: mechanism.name })
  const enabled = `enabled mechanisms are [${shaken.mechanisms.join(', ')}]`
  if (shaken.errorCode === code('UNSUPPORTED_SASL_MECHANISM')) {
    throw new KafkaError(
      'UNSUPPORTED_SASL_MECHANISM',
      `Client SASL mechanism '${mechanism.name}' not enabled in the server, ${enabled}`,
    )
  }
  if (shaken.errorCode === code('ILLEGAL_SASL_STATE')) {
    throw new KafkaError(
      'ILLEGAL_SASL_STATE',
      `Unexpected handshake request with client mechanism ${mechanism.name}, ${enabled}`,
    )
  }
  ensureNone(shaken.errorCode)
  for (let token: Uint8Array | null = mechanism.first(); token !== null; ) {
    const answer = await connection.call(saslAuthenticate, { authBytes: token })
    ensureNone(answer.errorCode, answer.errorMessage)
    token = mechanism.next(answer.authBytes)
  }
}
