import { describeProducers } from '../../protocol/apis/describe-producers.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(describeProducers, (broker, request) => ({
  topics: request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const hosted = broker.replicas.leader(name, partitionIndex)
      if (typeof hosted === 'string') {
        return { partitionIndex, errorCode: code(hosted), errorMessage: null, activeProducers: [] }
      }
      const activeProducers = hosted.log.activeProducers()
      return { partitionIndex, errorCode: 0, errorMessage: null, activeProducers }
    }),
  })),
}))
