import { findQuotas } from '../../metadata/find-quotas.ts'
import { describeClientQuotas } from '../../protocol/apis/describe-client-quotas.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(describeClientQuotas, ({ image }, { components, strict }) => {
  try {
    const entries = findQuotas(image, components, strict)
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: '', entries }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    const errorMessage = error.message
    return { throttleTimeMs: 0, errorCode: code(error.error), errorMessage, entries: null }
  }
})
