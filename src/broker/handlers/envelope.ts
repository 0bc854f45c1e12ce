import { envelope } from '../../protocol/apis/envelope.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { unwrap, wrapResponse } from '../quorum/remote.ts'
import { forwardable } from './forwardable.ts'

/** A client's request that another broker hands on (KIP-590). */
export default handler(envelope, async ({ quorum }, { requestData }) => {
  try {
    const { api, version, correlationId, request } = unwrap(requestData, forwardable)
    const response = await quorum.submit(api, request as never)
    return { responseData: wrapResponse(api, version, correlationId, response), errorCode: 0 }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return { responseData: null, errorCode: code(error.error) }
  }
})
