import type { Configs } from '../../protocol/configs.ts'
import type { Machine } from '../machine.ts'
import { logEvent } from '../output/log.ts'
import type { ClientConfigs } from './client-configs.ts'

/** A setting that no client knows is mostly a typing error: worth a word. */
export function unknownConfigs(
  configs: ClientConfigs<Configs>,
  logger: string,
  { stderr, clock }: Machine,
): void {
  const unknown = configs.unknown()
  if (unknown.length === 0) return
  const message = `These configurations '[${unknown.join(', ')}]' were supplied but are not used yet.`
  stderr.write(logEvent(clock, 'WARN', message, { logger: `org.apache.kafka.clients.${logger}` }))
}
