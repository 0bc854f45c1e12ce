import type { ClientOptions } from '../../client/settings.ts'
import type { Address } from '../../host/net.ts'
import type { commonClientConfigs } from '../../protocol/configs/client.ts'
import type { Warn } from '../output/warnings.ts'
import type { ClientConfigs } from './client-configs.ts'
import type { Protection } from './security/protection.ts'

export type Common = typeof commonClientConfigs & {
  readonly 'client.id': {
    readonly name: string
  } & (typeof commonClientConfigs)['client.dns.lookup']
}

/** What properties say about connections, in our client's words. */
export async function clusterOptions(
  configs: ClientConfigs<Common>,
  { bootstrap, warn }: { bootstrap: readonly Address[]; warn: Warn },
): Promise<ClientOptions> {
  return {
    ...(await protection(configs)),
    bootstrap,
    warn,
    clientId: configs.get('client.id'),
    requestTimeoutMs: configs.get('request.timeout.ms'),
    retryBackoffMs: Number(configs.get('retry.backoff.ms')),
    retryBackoffMaxMs: Number(configs.get('retry.backoff.max.ms')),
    reconnectBackoffMs: Number(configs.get('reconnect.backoff.ms')),
    reconnectBackoffMaxMs: Number(configs.get('reconnect.backoff.max.ms')),
    socketConnectionSetupTimeoutMs: Number(configs.get('socket.connection.setup.timeout.ms')),
    metadataMaxAgeMs: Number(configs.get('metadata.max.age.ms')),
  }
}

/** TLS and SASL, which most who use these tools never need: loaded when they are asked for. */
async function protection(configs: ClientConfigs<Common>): Promise<Protection> {
  const protocol = configs.get('security.protocol').toUpperCase()
  if (protocol === 'PLAINTEXT') return {}
  const { protectionOf } = await import('./security/protection.ts')
  return protectionOf(configs, {
    isTls: protocol.endsWith('SSL'),
    isSasl: protocol.startsWith('SASL'),
  })
}
