import { alterPartitionReassignments as alterReassignmentsApi } from '../../protocol/apis/alter-partition-reassignments.ts'
import { describeCluster as describeClusterApi } from '../../protocol/apis/describe-cluster.ts'
import { listPartitionReassignments as listReassignmentsApi } from '../../protocol/apis/list-partition-reassignments.ts'
import { unregisterBroker as unregisterBrokerApi } from '../../protocol/apis/unregister-broker.ts'
import type { Cluster } from '../cluster.ts'
import { endpointTypes } from '../controllers.ts'
import { ensureNone, orThrow, type Result, resultOf } from '../result.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
import { describeQuorum } from './quorum.ts'
import type { TimeoutOption } from './topics.ts'

export type Node = { id: number; host: string; port: number; rack: string | null }

export type ClusterDescription = {
  clusterId: string | null
  /** Null where the cluster names none. */
  controllerId: number | null
  nodes: (Node & { isFenced: boolean })[]
}

/** KIP-700; out of the metadata from a broker that does not know the question. */
export async function describeCluster(
  cluster: Cluster,
  { timeoutMs, includeFenced = false }: TimeoutOption & { includeFenced?: boolean } = {},
): Promise<ClusterDescription> {
  return cluster.retrying({ callName: 'describeCluster', timeoutMs }, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    const version = connection.version(describeClusterApi)
    const { viaControllers } = cluster.settings
    if (version === null) {
      await cluster.metadata([], { on: connection })
      const { clusterId, controllerId, brokers } = cluster.cache
      return {
        clusterId,
        controllerId: controllerId < 0 ? null : controllerId,
        nodes: [...brokers.values()].map((each) => ({ ...each, isFenced: false })),
      }
    }
    const answer = await connection.call(describeClusterApi, {
      includeClusterAuthorizedOperations: false,
      ...(viaControllers ? { endpointType: endpointTypes.controller } : {}),
      ...(version >= 2 ? { includeFencedBrokers: includeFenced } : {}),
    })
    ensureNone(answer.errorCode, answer.errorMessage)
    return {
      clusterId: answer.clusterId,
      controllerId: answer.controllerId < 0 ? null : answer.controllerId,
      nodes: answer.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({
        id: brokerId,
        host,
        port,
        rack,
        isFenced,
      })),
    }
  })
}

/** Who leads the metadata quorum (KIP-595); null where nobody does. */
export async function activeController(
  cluster: Cluster,
  { timeoutMs }: TimeoutOption = {},
): Promise<number | null> {
  const { leaderId } = await describeQuorum(cluster, { timeoutMs })
  return leaderId < 0 ? null : leaderId
}

/** Moves partitions to other replicas (KIP-455). Throws what the first one was refused with. */
export async function alterPartitionReassignments(
  cluster: Cluster,
  moves: readonly Move[],
  options: TimeoutOption = {},
): Promise<void> {
  for (const result of (await movePartitions(cluster, moves, options)).values()) orThrow(result)
}

/** Where a partition is to go; null replicas end a move that goes on, and lead back. */
export type Move = TopicPartition & { readonly replicas: readonly number[] | null }

/** The same, with what became of each. */
export async function movePartitions<M extends Move>(
  cluster: Cluster,
  moves: readonly M[],
  {
    timeoutMs,
    allowsOtherCounts = true,
  }: TimeoutOption & {
    /** Whether a partition may have more or fewer replicas afterwards. */
    allowsOtherCounts?: boolean
  } = {},
): Promise<Map<M, Result<null>>> {
  if (moves.length === 0) return new Map()
  const topics = [...byTopic(moves)].map(([name, list]) => ({
    name,
    partitions: list.map(({ partition, replicas }) => ({
      partitionIndex: partition,
      replicas: replicas === null ? null : [...replicas],
    })),
  }))
  const callName = 'alterPartitionReassignments'
  return cluster.retrying({ callName, timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const hasCounts = (connection.version(alterReassignmentsApi) ?? 0) >= 1
    const answer = await connection.call(alterReassignmentsApi, {
      topics,
      ...(hasCounts ? { allowReplicationFactorChange: allowsOtherCounts } : {}),
    })
    ensureNone(answer.errorCode, answer.errorMessage)
    const found = new Map(
      answer.responses.flatMap(({ name, partitions }) =>
        partitions.map((each) => [partitionKey(name, each.partitionIndex), each] as const),
      ),
    )
    return new Map(
      moves.map((move) => {
        const each = found.get(partitionKey(move.topic, move.partition))
        return [move, resultOf(each?.errorCode ?? 0, each?.errorMessage, () => null)]
      }),
    )
  })
}

/** The cluster forgets a broker that does not run any more (KIP-631). */
export async function unregisterBroker(
  cluster: Cluster,
  brokerId: number,
  { timeoutMs }: TimeoutOption = {},
): Promise<void> {
  await cluster.retrying({ callName: 'unregisterBroker', timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const answer = await connection.call(unregisterBrokerApi, { brokerId })
    ensureNone(answer.errorCode, answer.errorMessage)
  })
}

export type Reassignment = TopicPartition & {
  replicas: number[]
  addingReplicas: number[]
  removingReplicas: number[]
}

/** Moves of replicas that are going on (KIP-455), of these partitions or of all (null); none from a broker that cannot tell. */
export async function listPartitionReassignments(
  cluster: Cluster,
  topics: ReadonlyMap<string, readonly number[]> | null = null,
  { timeoutMs }: TimeoutOption = {},
): Promise<Reassignment[]> {
  return cluster.retrying(
    { callName: 'listPartitionReassignments', timeoutMs },
    async (attempt) => {
      const connection = await cluster.controller()
      attempt.reached = true
      if (connection.version(listReassignmentsApi) === null) return []
      const answer = await connection.call(listReassignmentsApi, {
        topics:
          topics === null
            ? null
            : [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
      })
      ensureNone(answer.errorCode, answer.errorMessage)
      return answer.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
          topic: name,
          partition: partitionIndex,
          replicas,
          addingReplicas,
          removingReplicas,
        })),
      )
    },
  )
}
