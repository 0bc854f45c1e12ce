import { allocateProducerIds } from '../../protocol/apis/allocate-producer-ids.ts'
import { decided } from './forwarded.ts'

export default decided(allocateProducerIds, {
  throttleTimeMs: 0,
  errorCode: 0,
  producerIdStart: 0n,
  producerIdLen: 0,
})
