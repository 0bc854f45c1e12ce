/** Which log directory of a broker holds a replica, and directories that fail (KIP-858). */
import type { assignReplicasToDirs } from '../protocol/apis/assign-replicas-to-dirs.ts'
import { code, type ErrorName } from '../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { alterPartition, changeBroker, electionOf, hasDirectory } from './broker-changes.ts'
import { checkEpoch } from './broker-registration.ts'
import type { Turn } from './controller.ts'
import { attempt } from './faults.ts'
import { noLeader } from './partition-change.ts'

type Request = RequestOf<typeof assignReplicasToDirs>
type Response = SentResponseOf<typeof assignReplicasToDirs>

export function assignDirectories(turn: Turn, request: Request): Response {
  const { brokerId, brokerEpoch } = request
  const { errorCode } = attempt(() => checkEpoch(turn, brokerId, brokerEpoch))
  if (errorCode !== 0) return { throttleTimeMs: 0, errorCode, directories: [] }
  const directories = request.directories.map(({ id, topics }) => ({
    id,
    topics: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partitionIndex }) => {
        const error = assign(turn, { brokerId, directory: id, topicId, partitionIndex })
        return { partitionIndex, errorCode: error === null ? 0 : code(error) }
      }),
    })),
  }))
  return { throttleTimeMs: 0, errorCode: 0, directories }
}

function assign(
  turn: Turn,
  asked: { brokerId: number; directory: string; topicId: string; partitionIndex: number },
): ErrorName | null {
  const { brokerId, directory, topicId, partitionIndex } = asked
  const topic = turn.image.topicsById.get(topicId)
  if (topic === undefined) return 'UNKNOWN_TOPIC_ID'
  const partition = topic.partitions[partitionIndex]
  if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  if (!partition.replicas.includes(brokerId)) return 'NOT_LEADER_OR_FOLLOWER'
  const online = turn.image.brokers.get(brokerId)!.logDirs.includes(directory)
  const isr = online ? partition.isr : partition.isr.filter((id) => id !== brokerId)
  const directories = new Map([[brokerId, directory]])
  // One that was moved lay where it still could; one whose directory is gone was made anew. Apache Kafka lets it lead all the same.
  const empty = hasDirectory(turn.image, brokerId, partition) ? {} : { empty: brokerId }
  alterPartition(turn, topic, partitionIndex, { isr, directories, ...empty })
  electWhereItLies(turn, topicId, partitionIndex)
  return null
}

/** What could not lead as long as nobody knew where it lies may do so now. */
function electWhereItLies(turn: Turn, topicId: string, partitionIndex: number): void {
  const topic = turn.image.topicsById.get(topicId)!
  if (topic.partitions[partitionIndex]!.leader !== noLeader) return
  alterPartition(turn, topic, partitionIndex, { election: electionOf(turn, topic.name) })
}

/** Replicas on a directory that failed leave their in-sync sets; the broker's other replicas go on. */
export function markOffline(turn: Turn, brokerId: number, offline: readonly string[]): void {
  const broker = turn.image.brokers.get(brokerId)!
  const failed = offline.filter((each) => broker.logDirs.includes(each))
  if (failed.length === 0) return
  const logDirs = broker.logDirs.filter((each) => !failed.includes(each))
  changeBroker(turn, brokerId, 2, { logDirs })
  for (const topic of turn.image.topicsByName.values()) {
    for (const [partitionId, partition] of topic.partitions.entries()) {
      const directory = partition.directories[partition.replicas.indexOf(brokerId)]
      if (directory === undefined || !failed.includes(directory)) continue
      if (!partition.isr.includes(brokerId)) continue
      const election = electionOf(turn, topic.name)
      const isr = partition.isr.filter((id) => id !== brokerId)
      alterPartition(turn, topic, partitionId, { isr, election }, { leaving: brokerId })
    }
  }
}
