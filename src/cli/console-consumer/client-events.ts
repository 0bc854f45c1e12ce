/** What Kafka's consumer logs of a failure before it throws it; scripts see it on stderr. */
import type { Consumer } from '../../client/consumer.ts'
import type { Clock } from '../../host/clock.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { javaHashMapOrder, topicPartitionHash } from '../../protocol/java-hash-map.ts'
import { JavaError } from '../java/errors.ts'
import { logEvent } from '../output/log.ts'
import type { ConsumerConfigs } from './consumer-options.ts'

const internals = 'org.apache.kafka.clients.consumer.internals.'

const refusedJoins: readonly ErrorName[] = [
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_SESSION_TIMEOUT',
  'GROUP_MAX_SIZE_REACHED',
]

/** `consumer` is the one that failed, not closed yet: its id in the group is told. */
export function clientEvents(
  error: unknown,
  { consumer, configs }: { consumer: Consumer; configs: ConsumerConfigs },
  clock: Clock,
): string {
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
  const reason = refusal(error, configs)
  if (reason === null) return ''
  const { memberId, generation } = consumer.member
  const failed = `ConsumerGroupHeartbeatRequest failed due to ${reason}: ${error.message}`
  const fatal = `Member ${memberId} with epoch ${generation} transitioned to fatal state`
  return (
    event(failed, `${internals}ConsumerHeartbeatRequestManager`) +
    event(fatal, `${internals}ConsumerMembershipManager`)
  )
}

const refusedHeartbeats: readonly ErrorName[] = [
  'UNSUPPORTED_ASSIGNOR',
  'INVALID_REQUEST',
  'GROUP_MAX_SIZE_REACHED',
]

/** Null for what is not the answer to a heartbeat. */
function refusal({ error }: KafkaError, configs: ConsumerConfigs): string | null {
  if (error === 'UNRELEASED_INSTANCE_ID') {
    return `unreleased instance id ${configs.get('group.instance.id')}`
  }
  return refusedHeartbeats.includes(error) ? error : null
}

function whoIs(configs: ConsumerConfigs): string {
  const instance = configs.get('group.instance.id')
  const named = instance === null || instance === undefined ? '' : `instanceId=${instance}, `
  const groupId = configs.get('group.id')
  // Without a name, Kafka's consumer makes itself one.
  const clientId = configs.get('client.id') || `consumer-${groupId}-${instance ?? 1}`
  return `${named}clientId=${clientId}, groupId=${groupId}`
}

/** The protocol's table has one exception for what Kafka's consumer tells apart. */
export function consumerFailure(error: unknown): unknown {
  if (!(error instanceof KafkaError) || error.error !== 'OFFSET_OUT_OF_RANGE') return error
  const isUnplaced = error.message.startsWith('Undefined offset')
  const simple = isUnplaced ? 'NoOffsetForPartitionException' : 'OffsetOutOfRangeException'
  const text = isUnplaced ? error.message.replace(/(?<=\[).*(?=\])/, asSet) : error.message
  return new JavaError(`org.apache.kafka.clients.consumer.${simple}`, text)
}

/** `topic-partition, …` in the order of a Java set. */
function asSet(names: string): string {
  const hash = (name: string) => {
    const end = name.lastIndexOf('-')
    return topicPartitionHash({
      topic: name.slice(0, end),
      partition: Number(name.slice(end + 1)),
    })
  }
  return javaHashMapOrder(names.split(', '), { hash }).join(', ')
}
