import type { ClientOptions } from '../../client/settings.ts'
import type { Address } from '../../host/net.ts'
import type { commonClientConfigs } from '../../protocol/configs/client.ts'
import { configError } from '../java/errors.ts'
import type { Warn } from '../output/warnings.ts'
import type { ClientConfigs } from './client-configs.ts'

type Common = typeof commonClientConfigs & {
  readonly 'client.id': {
    readonly name: string
  } & (typeof commonClientConfigs)['client.dns.lookup']
}

/** What properties say about connections, in our client's words. */
export function clusterOptions(
  configs: ClientConfigs<Common>,
  { bootstrap, warn }: { bootstrap: readonly Address[]; warn: Warn },
): ClientOptions {
  ensurePlain(configs)
  return {
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

// Going on without the protection that somebody asked for would be worse than not going on.
function ensurePlain(configs: ClientConfigs<Common>): void {
  const protocol = configs.get('security.protocol').toUpperCase()
  if (protocol === 'PLAINTEXT') return
  throw configError(
    `security.protocol=${protocol} is not possible with these tools yet; they speak PLAINTEXT`,
  )
}
