import { describeProducers } from '../../protocol/apis/describe-producers.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { topicNameFault } from '../../protocol/names.ts'
import type { SentResponseOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'

type Partition = SentResponseOf<typeof describeProducers>['topics'][number]['partitions'][number]

export default handler(describeProducers, (broker, request) => ({
  topics: request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => describe(broker, name, partitionIndex)),
  })),
}))

function describe(broker: Broker, topic: string, partitionIndex: number): Partition {
  const fault = topicNameFault(topic)
  if (fault !== null) {
    return failed(partitionIndex, new KafkaError('INVALID_TOPIC_EXCEPTION', fault))
  }
  // Of a topic that it knows Kafka says no more than the code.
  const known = broker.image.topicsByName.get(topic)
  if (known !== undefined && known.partitions[partitionIndex] === undefined) {
    const nothing = failed(partitionIndex, new KafkaError('UNKNOWN_TOPIC_OR_PARTITION'))
    return { ...nothing, errorMessage: null }
  }
  const hosted = broker.replicas.leader(topic, partitionIndex)
  if (typeof hosted === 'string') return failed(partitionIndex, new KafkaError(hosted))
  const activeProducers = javaHashMapOrder(hosted.log.activeProducers(), {
    hash: ({ producerId }) => Number(BigInt.asIntN(32, producerId ^ (producerId >> 32n))),
  })
  return { partitionIndex, errorCode: 0, errorMessage: null, activeProducers }
}

const failed = (partitionIndex: number, { error, message }: KafkaError): Partition => ({
  partitionIndex,
  errorCode: code(error),
  errorMessage: message,
  activeProducers: [],
})
