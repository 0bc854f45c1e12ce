import { configsOf } from '../../metadata/image.ts'
import { describeConfigs } from '../../protocol/apis/describe-configs.ts'
import { clientMetricsConfigs } from '../../protocol/configs/client-metrics.ts'
import {
  type ConfigEntry,
  configSources,
  describeBroker,
  describeClusterDefault,
  describeGroup,
  describePlain,
  describeTopic,
} from '../../protocol/configs/describe.ts'
import { resourceTypes } from '../../protocol/configs/resource-types.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import { topicNameFault } from '../../protocol/names.ts'
import type { RequestOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import { inDeclaredOrder } from './topic-config-order.ts'

type Resource = RequestOf<typeof describeConfigs>['resources'][number]

export default handler(describeConfigs, (broker, { resources, includeSynonyms }) => {
  // Topics that nobody has configured are alike, and a cluster has thousands of them.
  let unconfigured: ConfigEntry[] | null = null
  const shown = (resource: Resource): ConfigEntry[] => {
    const { configurationKeys } = resource
    if (isUnconfigured(broker, resource) && unconfigured !== null) return unconfigured
    const entries = entriesOf(broker, resource)
      .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
      .map((entry) => (includeSynonyms ? entry : { ...entry, synonyms: [] }))
    if (isUnconfigured(broker, resource)) unconfigured = entries
    return entries
  }
  const results = resources.map((resource) => {
    const { resourceType, resourceName } = resource
    const asked = { resourceType, resourceName }
    try {
      return { ...asked, errorCode: 0, errorMessage: '', configs: shown(resource) }
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      // Of a topic that is not there Kafka says no more than the code.
      const errorMessage = error.error === 'UNKNOWN_TOPIC_OR_PARTITION' ? '' : error.message
      return { ...asked, errorCode: code(error.error), errorMessage, configs: [] }
    }
  })
  return { throttleTimeMs: 0, results }
})

/** A topic, asked for as a whole, that has nothing of its own. */
function isUnconfigured(
  { settings, image }: Broker,
  { resourceType, resourceName, configurationKeys }: Resource,
): boolean {
  return (
    resourceType === resourceTypes.topic &&
    configurationKeys === null &&
    image.topicsByName.has(resourceName) &&
    settings.topic(resourceName).overrides.size === 0
  )
}

function entriesOf(broker: Broker, { resourceType, resourceName: name }: Resource): ConfigEntry[] {
  const { settings, image } = broker
  switch (resourceType) {
    case resourceTypes.topic: {
      const fault = topicNameFault(name)
      if (fault !== null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', fault)
      if (!image.topicsByName.has(name)) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
      return inDeclaredOrder(describeTopic(settings.topic(name)))
    }
    case resourceTypes.broker:
      if (name === '') return describeClusterDefault(settings.broker)
      checkIsThisBroker(broker, name, 'or empty string, ')
      return describeBroker(settings.broker)
    case resourceTypes.brokerLogger:
      if (name === '') throw new KafkaError('INVALID_REQUEST', 'Broker id must not be empty')
      checkIsThisBroker(broker, name, '')
      return []
    case resourceTypes.clientMetrics: {
      if (name === '') throw invalid('Client metrics subscription name must not be empty')
      const given = configsOf(image, 'clientMetrics', name)
      return describePlain(clientMetricsConfigs, given, configSources.DYNAMIC_CLIENT_METRICS_CONFIG)
    }
    case resourceTypes.group:
      if (name === '') throw invalid('Group name must not be empty')
      return describeGroup(settings.group(name))
    default:
      throw new KafkaError('INVALID_REQUEST')
  }
}

/** A broker tells of itself alone: its file is on its own disk. */
function checkIsThisBroker({ id }: Broker, name: string, orElse: string): void {
  if (!/^[+-]?\d+$/.test(name)) throw invalid(`Broker id must be an integer, but it is: ${name}`)
  if (Number(name) === id) return
  const expected = orElse === '' ? `${id} ` : `${id} ${orElse}`
  throw invalid(`Unexpected broker id, expected ${expected}but received ${name}`)
}

const invalid = (message: string) => new KafkaError('INVALID_REQUEST', message)
