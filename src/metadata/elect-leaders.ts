/** ElectLeaders: the preferred replica, or an unclean one (KIP-460). */
import type { electLeaders } from '../protocol/apis/elect-leaders.ts'
import { code } from '../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { alterPartition } from './broker-changes.ts'
import type { Turn } from './controller.ts'
import { type Fault, fault, noFault } from './faults.ts'

type Request = RequestOf<typeof electLeaders>
type Response = SentResponseOf<typeof electLeaders>

const electionTypes = ['preferred', 'unclean'] as const
type ElectionType = (typeof electionTypes)[number]

export function elect(turn: Turn, request: Request): Response {
  const type = electionTypes[request.electionType]
  if (type === undefined) {
    return { throttleTimeMs: 0, errorCode: code('INVALID_REQUEST'), replicaElectionResults: [] }
  }
  const all = request.topicPartitions === null
  const asked =
    request.topicPartitions ??
    [...turn.image.topicsByName.values()].map(({ name, partitions }) => ({
      topic: name,
      partitions: [...partitions.keys()],
    }))
  const replicaElectionResults = asked.map(({ topic, partitions }) => {
    const partitionResult = partitions.map((partitionId) => ({
      partitionId,
      ...electOne(turn, topic, partitionId, type),
    }))
    return { topic, partitionResult: all ? partitionResult.filter(worthTelling) : partitionResult }
  })
  return { throttleTimeMs: 0, errorCode: 0, replicaElectionResults }
}

// Who asks for all partitions does not want to hear of those that are well; their topics are named all the same.
const worthTelling = ({ errorCode }: Fault) => errorCode !== code('ELECTION_NOT_NEEDED')

function electOne(turn: Turn, name: string, partitionId: number, type: ElectionType): Fault {
  const topic = turn.image.topicsByName.get(name)
  if (topic === undefined) return fault('UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${name}`)
  const partition = topic.partitions[partitionId]
  if (partition === undefined) {
    return fault('UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${name}-${partitionId}`)
  }
  const satisfied =
    type === 'preferred' ? partition.leader === partition.replicas[0] : partition.leader >= 0
  if (satisfied) return fault('ELECTION_NOT_NEEDED')
  if (alterPartition(turn, topic, partitionId, { election: type })) return noFault
  return fault(
    type === 'preferred' ? 'PREFERRED_LEADER_NOT_AVAILABLE' : 'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  )
}
