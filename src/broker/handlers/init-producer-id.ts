import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { code, type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

const none = -1

export default handler(initProducerId, async (broker, request) => {
  const { transactionalId, producerId, producerEpoch } = request
  // Who names an id names its epoch too (KIP-360).
  if ((producerId === BigInt(none)) !== (producerEpoch === none)) return failed('INVALID_REQUEST')
  if (transactionalId === '') return failed('INVALID_REQUEST')
  if (transactionalId !== null) return failed('TRANSACTIONAL_ID_NOT_FOUND')
  try {
    return { errorCode: 0, producerId: await broker.producerIds.next(), producerEpoch: 0 }
  } catch (error) {
    if (error instanceof KafkaError) return failed('COORDINATOR_LOAD_IN_PROGRESS')
    throw error
  }
})

const failed = (error: ErrorName) => ({
  errorCode: code(error),
  producerId: BigInt(none),
  producerEpoch: none,
})
