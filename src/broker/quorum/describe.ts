/** The quorum as DescribeQuorum shows it (KIP-836): only the leader knows how far the others are. */
import { fault } from '../../metadata/faults.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { describeQuorum } from '../../protocol/apis/describe-quorum.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { RaftNode } from '../../raft/node.ts'
import { isSame, isVoter, type ReplicaKey } from '../../raft/voters.ts'
import { metadataTopic } from './wire.ts'

type Response = SentResponseOf<typeof describeQuorum>
type ReplicaState = Response['topics'][number]['partitions'][number]['currentVoters'][number]

export interface Described {
  readonly node: RaftNode
  readonly image: MetadataImage
  /** The core's clock is monotonic; people want to know the time of day. */
  readonly now: { wall: number; monotonic: number }
}

/** Who has not fetched for so long is forgotten, as in Kafka. */
const observerSessionMs = 300_000

export function describe(
  { node, image, now }: Described,
  request: RequestOf<typeof describeQuorum>,
): Response {
  if (node.leading === null) throw new KafkaError('NOT_CONTROLLER')
  const known = request.topics.some(
    ({ topicName, partitions }) =>
      topicName === metadataTopic && partitions.some(({ partitionIndex }) => partitionIndex === 0),
  )
  if (!known) return unknownPartitions(request)
  const { leading } = node
  const wall = (time: number) =>
    time < 0 ? -1n : BigInt(Math.round(now.wall - now.monotonic + time))
  const replica = ({ id: replicaId, directoryId }: ReplicaKey): ReplicaState => {
    const known = leading.replicas.get(replicaId)
    const found =
      known !== undefined && isSame({ id: replicaId, directoryId }, known.key) ? known : undefined
    if (replicaId === node.key.id) {
      const time = BigInt(now.wall)
      return {
        replicaId,
        replicaDirectoryId: directoryId,
        logEndOffset: node.log.endOffset,
        lastFetchTimestamp: time,
        lastCaughtUpTimestamp: time,
      }
    }
    return {
      replicaId,
      replicaDirectoryId: directoryId,
      logEndOffset: found?.endOffset ?? -1n,
      lastFetchTimestamp: found === undefined ? -1n : wall(found.lastFetchAt),
      lastCaughtUpTimestamp: found === undefined ? -1n : wall(found.caughtUpAt),
    }
  }
  const observers = [...leading.replicas.values()]
    .filter(({ key, lastFetchAt }) => {
      return !isVoter(node.voters, key) && now.monotonic - lastFetchAt < observerSessionMs
    })
    .map(({ key }) => key)
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    errorMessage: '',
    leaderId: node.leaderId,
    leaderEpoch: node.epoch,
    highWatermark: node.highWatermark,
    currentVoters: node.voters.map(replica),
    observers: observers.map(replica),
  }
  return {
    errorCode: 0,
    errorMessage: '',
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    nodes: node.voters.map(({ id, endpoints }) => ({
      nodeId: id,
      listeners: (image.controllers.get(id)?.endpoints ?? endpoints).map(
        ({ name, host, port }) => ({
          name,
          host,
          port,
        }),
      ),
    })),
  }
}

function unknownPartitions(request: RequestOf<typeof describeQuorum>): Response {
  const topics = request.topics.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      ...fault('UNKNOWN_TOPIC_OR_PARTITION'),
      leaderId: 0,
      leaderEpoch: 0,
      highWatermark: 0n,
      currentVoters: [],
      observers: [],
    })),
  }))
  return { errorCode: 0, errorMessage: '', topics, nodes: [] }
}
