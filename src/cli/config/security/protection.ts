/** `security.protocol` and what belongs to it, as a client's way to connect (KIP-43, 84, 152, 651). */
import { authenticate } from '../../../client/sasl/authenticate.ts'
import type { SaslMechanism } from '../../../client/sasl/mechanism.ts'
import { plain } from '../../../client/sasl/plain.ts'
import { scram } from '../../../client/sasl/scram.ts'
import { type ClientOptions, systemHost } from '../../../client/settings.ts'
import { tlsNet } from '../../../host/tls.ts'
import { configError, illegalArgument } from '../../java/errors.ts'
import type { ClientConfigs } from '../client-configs.ts'
import type { Common } from '../cluster-options.ts'
import { parseJaas } from './jaas.ts'
import { authoritiesOf, identityOf } from './stores.ts'

export type Protection = Pick<ClientOptions, 'host' | 'authenticate'>

export function protectionOf(
  configs: ClientConfigs<Common>,
  { isTls, isSasl }: { isTls: boolean; isSasl: boolean },
): Protection {
  return { ...(isTls ? throughTls(configs) : {}), ...(isSasl ? asSomebody(configs) : {}) }
}

function throughTls(configs: ClientConfigs<Common>): Protection {
  const net = tlsNet({
    authorities: authoritiesOf(configs),
    identity: identityOf(configs),
    checksHost: (configs.get('ssl.endpoint.identification.algorithm') ?? '') !== '',
  })
  return { host: { ...systemHost, net } }
}

const nonceBytes = 24

function asSomebody(configs: ClientConfigs<Common>): Protection {
  const name = configs.get('sasl.mechanism')
  const jaas = configs.get('sasl.jaas.config')
  if (jaas === null || jaas === undefined) {
    throw illegalArgument(
      "Could not find a 'KafkaClient' entry in the JAAS configuration: set sasl.jaas.config.",
    )
  }
  const { username, password } = parseJaas(jaas)
  const credentials = { username, password }
  const nonce = () => Buffer.from(systemHost.random.bytes(nonceBytes)).toString('base64url')
  const mechanism = (): SaslMechanism => {
    switch (name) {
      case 'PLAIN':
        return plain(credentials)
      case 'SCRAM-SHA-256':
      case 'SCRAM-SHA-512':
        return scram(name, credentials, nonce())
      default:
        throw configError(
          `sasl.mechanism=${name} is not possible with these tools; they know PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512`,
        )
    }
  }
  // A mechanism that is not there is told at once, not at the first connection.
  mechanism()
  return { authenticate: (connection) => authenticate(connection, mechanism()) }
}
