/** The metadata quorum: who votes, how far each has come, and who comes or goes (KIP-595, KIP-836, KIP-853). */
import { addRaftVoter as addApi } from '../../protocol/apis/add-raft-voter.ts'
import { describeQuorum as describeApi } from '../../protocol/apis/describe-quorum.ts'
import { removeRaftVoter as removeApi } from '../../protocol/apis/remove-raft-voter.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone, errorOf } from '../result.ts'
import type { TimeoutOption } from './topics.ts'

const topicName = '__cluster_metadata'

export type Endpoint = { readonly name: string; readonly host: string; readonly port: number }

export type QuorumReplica = {
  readonly id: number
  /** Zero where the quorum's voters are fixed. */
  readonly directoryId: string
  readonly logEndOffset: bigint
  /** −1 where the leader does not know. */
  readonly lastFetchTimestamp: bigint
  readonly lastCaughtUpTimestamp: bigint
}

export type Quorum = {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: bigint
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
  /** By node; empty from a broker that does not tell. */
  readonly endpoints: ReadonlyMap<number, readonly Endpoint[]>
}

export async function describeQuorum(
  cluster: Cluster,
  { timeoutMs }: TimeoutOption = {},
): Promise<Quorum> {
  const wanted = { callName: 'describeMetadataQuorum', timeoutMs }
  return cluster.retrying(wanted, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    const answer = await connection.call(describeApi, {
      topics: [{ topicName, partitions: [{ partitionIndex: 0 }] }],
    })
    ensureNone(answer.errorCode, answer.errorMessage)
    const partition = answer.topics[0]?.partitions[0]
    if (partition === undefined) throw errorOf(-1, 'The answer tells of no metadata partition.')
    ensureNone(partition.errorCode, partition.errorMessage)
    const replica = (each: (typeof partition.currentVoters)[number]): QuorumReplica => ({
      id: each.replicaId,
      directoryId: each.replicaDirectoryId,
      logEndOffset: each.logEndOffset,
      lastFetchTimestamp: each.lastFetchTimestamp,
      lastCaughtUpTimestamp: each.lastCaughtUpTimestamp,
    })
    return {
      leaderId: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      highWatermark: partition.highWatermark,
      voters: partition.currentVoters.map(replica),
      observers: partition.observers.map(replica),
      endpoints: new Map(answer.nodes.map(({ nodeId, listeners }) => [nodeId, listeners])),
    }
  })
}

export type Voter = { readonly id: number; readonly directoryId: string }

export async function addRaftVoter(
  cluster: Cluster,
  { id, directoryId, endpoints }: Voter & { readonly endpoints: readonly Endpoint[] },
  { timeoutMs }: TimeoutOption = {},
): Promise<void> {
  await cluster.retrying({ callName: 'addRaftVoter', timeoutMs }, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    const answer = await connection.call(addApi, {
      clusterId: null,
      timeoutMs: Math.ceil(attempt.leftMs),
      voterId: id,
      voterDirectoryId: directoryId,
      listeners: [...endpoints],
    })
    ensureNone(answer.errorCode, answer.errorMessage)
  })
}

export async function removeRaftVoter(
  cluster: Cluster,
  { id, directoryId }: Voter,
  { timeoutMs }: TimeoutOption = {},
): Promise<void> {
  await cluster.retrying({ callName: 'removeRaftVoter', timeoutMs }, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    const answer = await connection.call(removeApi, {
      clusterId: null,
      voterId: id,
      voterDirectoryId: directoryId,
    })
    ensureNone(answer.errorCode, answer.errorMessage)
  })
}
