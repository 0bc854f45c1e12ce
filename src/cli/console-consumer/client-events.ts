/** What Kafka's consumer logs of a failure before it throws it; scripts see it on stderr. */
import type { Clock } from '../../host/clock.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { logEvent } from '../output/log.ts'
import type { ConsumerConfigs } from './consumer-options.ts'

const internals = 'org.apache.kafka.clients.consumer.internals.'

const refusedJoins: readonly ErrorName[] = [
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_SESSION_TIMEOUT',
  'GROUP_MAX_SIZE_REACHED',
]

export function clientEvents(error: unknown, configs: ConsumerConfigs, clock: Clock): string {
  if (!(error instanceof KafkaError)) return ''
  const event = (message: string, logger: string) =>
    logEvent(clock, 'ERROR', `[Consumer ${whoIs(configs)}] ${message}`, { logger })
  if (error.error === 'INVALID_TOPIC_EXCEPTION') {
    const names = /\[.*\]/s.exec(error.message)?.[0] ?? ''
    const text = `Metadata response reported invalid topics ${names}`
    return event(text, 'org.apache.kafka.clients.Metadata')
  }
  if (configs.get('group.protocol').toLowerCase() === 'classic') {
    if (!refusedJoins.includes(error.error)) return ''
    const text = `JoinGroup failed due to fatal error: ${error.message}`
    return event(text, `${internals}ConsumerCoordinator`)
  }
  return ''
}

function whoIs(configs: ConsumerConfigs): string {
  const instance = configs.get('group.instance.id')
  const named = instance === null || instance === undefined ? '' : `instanceId=${instance}, `
  return `${named}clientId=${configs.get('client.id')}, groupId=${configs.get('group.id')}`
}
