import { offsetForLeaderEpoch } from '../../protocol/apis/offset-for-leader-epoch.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(offsetForLeaderEpoch, (broker, request) => ({
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const hosted = broker.replicas.leader(topic, partition, currentLeaderEpoch)
      if (typeof hosted === 'string') return { errorCode: code(hosted), partition }
      return { errorCode: 0, partition, ...hosted.log.epochEndOffset(leaderEpoch) }
    }),
  })),
}))
