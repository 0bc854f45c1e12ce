/** The raft node of this process, out of its configuration and what it found on disk. */
import { zeroUuid } from '../../base/uuid.ts'
import type { BrokerConfigs } from '../../protocol/configs/effective.ts'
import type { RaftNode, Timing } from '../../raft/node.ts'
import { newNode } from '../../raft/raft.ts'
import type { VoterSet } from '../../raft/voters.ts'
import type { QuorumFiles } from './doors.ts'
import { readQuorumState } from './quorum-state.ts'
import type { Recovered } from './recovery.ts'

/** How long a leader keeps a fetch that has nothing to tell; Kafka's followers ask for as long. */
const fetchWaitMs = 500

export function raftNode(
  { loader, view, voterSets }: Recovered,
  options: {
    nodeId: number
    directoryId: string
    bootstrap: readonly number[]
    configs: BrokerConfigs
    files: QuorumFiles
    random: { number(): number }
  },
): RaftNode {
  const { nodeId, directoryId, bootstrap, configs, files, random } = options
  return newNode({
    key: { id: nodeId, directoryId },
    voterSets,
    bootstrap,
    timing: timingOf(configs),
    log: view,
    state: readQuorumState(files),
    highWatermark: loader.image.offset > 0n ? loader.image.offset : -1n,
    seed: Math.floor(random.number() * 2 ** 31) + 1,
  })
}

/** Static voters have no directory ids (kraft.version 0), and their places stand in the configuration. */
export function staticVoters(ids: readonly number[]): VoterSet {
  const kraftVersion = { min: 0, max: 0 }
  const voter = (id: number) => ({ id, directoryId: zeroUuid, endpoints: [], kraftVersion })
  return { offset: -1n, kraftVersion: 0, voters: ids.map(voter) }
}

function timingOf(configs: BrokerConfigs): Timing {
  return {
    electionTimeoutMs: configs.get('controller.quorum.election.timeout.ms'),
    electionBackoffMaxMs: configs.get('controller.quorum.election.backoff.max.ms'),
    fetchTimeoutMs: configs.get('controller.quorum.fetch.timeout.ms'),
    retryBackoffMs: configs.get('controller.quorum.retry.backoff.ms'),
    fetchWaitMs,
  }
}
