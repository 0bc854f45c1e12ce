/** A leader asks for another in-sync set (KIP-497, KIP-841, KIP-903). */
import type { alterPartition as alterPartitionApi } from '../protocol/apis/alter-partition.ts'
import { code, type ErrorName } from '../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { alterPartition, electionOf } from './broker-changes.ts'
import { checkEpoch } from './broker-registration.ts'
import type { Turn } from './controller.ts'
import { attempt } from './faults.ts'
import type { MetadataImage, PartitionImage, TopicImage } from './image.ts'

type Request = RequestOf<typeof alterPartitionApi>
type Response = SentResponseOf<typeof alterPartitionApi>
type Asked = Request['topics'][number]['partitions'][number]
type Member = { brokerId: number; brokerEpoch: bigint }

const recovering = 1

export function alterInSync(turn: Turn, request: Request): Response {
  const { brokerId, brokerEpoch } = request
  const { errorCode } = attempt(() => checkEpoch(turn, brokerId, brokerEpoch))
  if (errorCode !== 0) return { throttleTimeMs: 0, errorCode, topics: [] }
  const topics = request.topics.map(({ topicId, partitions }) => {
    const topic = turn.image.topicsById.get(topicId)
    return {
      topicId,
      partitions: partitions.map((asked) => alterOne(turn, brokerId, topic, asked)),
    }
  })
  return { throttleTimeMs: 0, errorCode: 0, topics }
}

function alterOne(turn: Turn, brokerId: number, topic: TopicImage | undefined, asked: Asked) {
  const { partitionIndex } = asked
  if (topic === undefined) return refused(partitionIndex, 'UNKNOWN_TOPIC_ID')
  const old = topic.partitions[partitionIndex]
  const members = membersOf(asked)
  const error = faultOf(turn.image, brokerId, old, asked, members)
  if (error !== null || old === undefined) {
    return refused(partitionIndex, error ?? 'UNKNOWN_TOPIC_OR_PARTITION')
  }
  const { leaderRecoveryState } = asked
  const isr = members.map((each) => each.brokerId)
  const election = electionOf(turn, topic.name)
  alterPartition(turn, topic, partitionIndex, { isr, leaderRecoveryState, election })
  const partition = topic.partitions[partitionIndex]!
  // Only the end of a reassignment can take the leadership from the one who asks.
  if (partition.leader !== old.leader) return refused(partitionIndex, 'NEW_LEADER_ELECTED')
  return {
    partitionIndex,
    errorCode: 0,
    leaderId: partition.leader,
    leaderEpoch: partition.leaderEpoch,
    isr: partition.isr,
    leaderRecoveryState: partition.leaderRecoveryState,
    partitionEpoch: partition.partitionEpoch,
  }
}

function membersOf({ newIsr, newIsrWithEpochs }: Asked): Member[] {
  if (newIsrWithEpochs.length > 0) return newIsrWithEpochs
  return newIsr.map((brokerId) => ({ brokerId, brokerEpoch: -1n }))
}

function faultOf(
  image: MetadataImage,
  brokerId: number,
  partition: PartitionImage | undefined,
  asked: Asked,
  members: readonly Member[],
): ErrorName | null {
  if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  const { leader, leaderEpoch, partitionEpoch, replicas, leaderRecoveryState } = partition
  // The leader knows more than we do: then we are not the controller any more.
  if (asked.leaderEpoch > leaderEpoch || asked.partitionEpoch > partitionEpoch)
    return 'NOT_CONTROLLER'
  if (asked.leaderEpoch < leaderEpoch) return 'FENCED_LEADER_EPOCH'
  if (brokerId !== leader) return 'INVALID_REQUEST'
  if (asked.partitionEpoch < partitionEpoch) return 'INVALID_UPDATE_VERSION'
  const ids = members.map((each) => each.brokerId)
  const distinct = new Set(ids).size === ids.length
  if (!distinct || !ids.every((id) => replicas.includes(id))) return 'INVALID_REQUEST'
  if (!ids.includes(leader)) return 'INVALID_REQUEST'
  if (asked.leaderRecoveryState === recovering) {
    if (ids.length > 1 || leaderRecoveryState !== recovering) return 'INVALID_REQUEST'
  }
  return members.every((each) => isEligible(image, each)) ? null : 'INELIGIBLE_REPLICA'
}

function isEligible(image: MetadataImage, { brokerId, brokerEpoch }: Member): boolean {
  const broker = image.brokers.get(brokerId)
  if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false
  return brokerEpoch === -1n || brokerEpoch === broker.epoch
}

function refused(partitionIndex: number, error: ErrorName) {
  return {
    partitionIndex,
    errorCode: code(error),
    leaderId: 0,
    leaderEpoch: 0,
    isr: [],
    leaderRecoveryState: 0,
    partitionEpoch: 0,
  }
}
