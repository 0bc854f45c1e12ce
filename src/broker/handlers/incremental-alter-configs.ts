import { incrementalAlterConfigs } from '../../protocol/apis/incremental-alter-configs.ts'
import { handler } from '../handler.ts'
import { splitOwn } from './own-broker-configs.ts'

export default handler(incrementalAlterConfigs, async (broker, request) => {
  const { refused, left } = splitOwn(broker.id, request.resources)
  const asked = { ...request, resources: left }
  const { responses } =
    left.length === 0
      ? { responses: [] }
      : await broker.quorum.forward(incrementalAlterConfigs, asked)
  return { throttleTimeMs: 0, responses: [...refused, ...responses] }
})
