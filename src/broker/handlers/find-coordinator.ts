import { findCoordinator } from '../../protocol/apis/find-coordinator.ts'
import { errorTexts } from '../../protocol/error-texts.ts'
import { code, type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { coordinatorPartition } from '../../protocol/names.ts'
import type { Broker, Endpoint } from '../broker.ts'
import { type Call, handler } from '../handler.ts'
import { offsetsTopic, transactionsTopic } from '../internal-topics.ts'

// By key type: groups, transactional ids.
const topics = [offsetsTopic, transactionsTopic]

export default handler(findCoordinator, async (broker, request, call) => {
  const topic = topics[request.keyType]
  if (call.apiVersion >= 4) {
    const coordinators = await Promise.all(
      request.coordinatorKeys.map(async (key) => ({
        key,
        ...(await find(broker, topic, key, call)),
      })),
    )
    // Since then in words only that there is no such kind of key.
    const errorMessage = topic === undefined ? errorTexts.INVALID_REQUEST : ''
    return { coordinators: coordinators.map((each) => ({ ...each, errorMessage })) }
  }
  return find(broker, topic, request.key, call)
})

/** The topic comes into being when somebody first needs it; until its leader is known, clients ask again. */
async function find(broker: Broker, topic: string | undefined, key: string, call: Call) {
  if (topic === undefined) return none('INVALID_REQUEST')
  try {
    await broker.ensureInternalTopic(topic)
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    broker.logger.warn({ topic, error }, 'a coordinator needs a topic that cannot be made')
    return none('COORDINATOR_NOT_AVAILABLE')
  }
  const partitions = broker.image.topicsByName.get(topic)?.partitions ?? []
  const leader = partitions[coordinatorPartition(key, partitions.length || 1)]?.leader ?? -1
  const endpoint: Endpoint | null = leader < 0 ? null : broker.endpointOf(leader, call.listener)
  if (endpoint === null) return none('COORDINATOR_NOT_AVAILABLE')
  const { host, port } = endpoint
  return { errorCode: 0, errorMessage: 'NONE', nodeId: leader, host, port }
}

const none = (error: ErrorName) => ({
  errorCode: code(error),
  errorMessage: errorTexts[error],
  nodeId: -1,
  host: '',
  port: -1,
})
