import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(initProducerId, async (broker, request) => {
  if (request.transactionalId !== null) return failed('TRANSACTIONAL_ID_NOT_FOUND')
  try {
    return { errorCode: 0, producerId: await broker.producerIds.next(), producerEpoch: 0 }
  } catch (error) {
    if (error instanceof KafkaError) return failed('COORDINATOR_LOAD_IN_PROGRESS')
    throw error
  }
})

const failed = (error: 'TRANSACTIONAL_ID_NOT_FOUND' | 'COORDINATOR_LOAD_IN_PROGRESS') => ({
  errorCode: code(error),
  producerId: -1n,
  producerEpoch: -1,
})
