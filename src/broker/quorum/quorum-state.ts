/** The quorum-state file: the epoch, the leader, the vote (KIP-595); version 0 of static voters, 1 of those of the log (KIP-853). */
import { zeroUuid } from '../../base/uuid.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { formatQuorumState, parseQuorumState } from '../../protocol/records/files.ts'
import type { QuorumState } from '../../raft/messages.ts'
import type { VoterSet } from '../../raft/voters.ts'
import type { QuorumFiles } from './doors.ts'

const name = 'quorum-state'

export function readQuorumState(files: QuorumFiles): QuorumState | null {
  const bytes = files.read(name)
  if (bytes === null || bytes.length === 0) return null
  const { value } = parsed(Buffer.from(bytes).toString())
  const { leaderId, leaderEpoch, votedId, votedDirectoryId } = value
  const vote = votedId < 0 ? null : { id: votedId, directoryId: votedDirectoryId ?? zeroUuid }
  return { leaderId, leaderEpoch, vote }
}

/** With whom a node of static voters was in a quorum last; empty where nobody knows. */
export function staticVoterIds(files: QuorumFiles): number[] {
  const bytes = files.read(name)
  if (bytes === null || bytes.length === 0) return []
  const { value } = parsed(Buffer.from(bytes).toString())
  return (value.currentVoters ?? []).map(({ voterId }) => voterId)
}

function parsed(text: string): ReturnType<typeof parseQuorumState> {
  try {
    return parseQuorumState(text)
  } catch (cause) {
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `__cluster_metadata-0/${name} in the log directory of the metadata cannot be read: ${(cause as Error).message}; put back what was saved of it, or, where this is the only controller, move it away`,
      { cause },
    )
  }
}

export function writeQuorumState(
  files: QuorumFiles,
  { leaderId, leaderEpoch, vote }: QuorumState,
  { kraftVersion, voters }: VoterSet,
): void {
  const votedId = vote?.id ?? -1
  const votedDirectoryId = vote?.directoryId ?? zeroUuid
  const text =
    kraftVersion > 0
      ? formatQuorumState(1, { leaderId, leaderEpoch, votedId, votedDirectoryId })
      : formatQuorumState(0, {
          leaderId,
          leaderEpoch,
          votedId,
          currentVoters: voters.map(({ id }) => ({ voterId: id })),
        })
  files.replace(name, Buffer.from(text))
}
