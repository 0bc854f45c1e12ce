/** The quorum-state file: the epoch, the leader, the vote (KIP-595). Version 0, that of static voters. */
import { zeroUuid } from '../../base/uuid.ts'
import { formatQuorumState, parseQuorumState } from '../../protocol/records/files.ts'
import type { QuorumState } from '../../raft/messages.ts'
import type { ReplicaKey } from '../../raft/voters.ts'
import type { QuorumFiles } from './doors.ts'

const name = 'quorum-state'

export function readQuorumState(files: QuorumFiles): QuorumState | null {
  const bytes = files.read(name)
  if (bytes === null || bytes.length === 0) return null
  const { value } = parseQuorumState(Buffer.from(bytes).toString())
  const { leaderId, leaderEpoch, votedId, votedDirectoryId } = value
  const vote = votedId < 0 ? null : { id: votedId, directoryId: votedDirectoryId ?? zeroUuid }
  return { leaderId, leaderEpoch, vote }
}

export function writeQuorumState(
  files: QuorumFiles,
  { leaderId, leaderEpoch, vote }: QuorumState,
  voters: readonly ReplicaKey[],
): void {
  const text = formatQuorumState(0, {
    leaderId,
    leaderEpoch,
    votedId: vote?.id ?? -1,
    currentVoters: voters.map(({ id }) => ({ voterId: id })),
  })
  files.replace(name, Buffer.from(text))
}
