/** Which broker coordinates a group or a transactional id. */
import { findCoordinator } from '../protocol/apis/find-coordinator.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Connection } from '../wire/connection.ts'
import type { Cluster } from './cluster.ts'
import type { BrokerMetadata } from './metadata-cache.ts'
import { orThrow, type Result, resultOf } from './result.ts'

export type CoordinatorKind = 'group' | 'transaction'

const keyTypes = { group: 0, transaction: 1 } as const

/** Several keys go in one question since Kafka 3.0 (KIP-699). Asks once; COORDINATOR_NOT_AVAILABLE is for the caller to repeat. */
export async function findCoordinators(
  cluster: Cluster,
  connection: Connection,
  kind: CoordinatorKind,
  keys: readonly string[],
): Promise<Map<string, Result<BrokerMetadata>>> {
  const found = new Map<string, Result<BrokerMetadata>>()
  if (keys.length === 0) return found
  if ((connection.version(findCoordinator) ?? 0) < 4) {
    for (const key of keys) found.set(key, await findOne(cluster, connection, kind, key))
    return found
  }
  const answer = await connection.call(findCoordinator, {
    keyType: keyTypes[kind],
    coordinatorKeys: keys,
  })
  for (const each of answer.coordinators) found.set(each.key, resultFrom(cluster, each))
  return found
}

async function findOne(
  cluster: Cluster,
  connection: Connection,
  kind: CoordinatorKind,
  key: string,
): Promise<Result<BrokerMetadata>> {
  const answer = await connection.call(findCoordinator, {
    key,
    ...(kind === 'group' ? {} : { keyType: keyTypes[kind] }),
  })
  return resultFrom(cluster, answer)
}

function resultFrom(
  cluster: Cluster,
  answer: {
    errorCode: number
    errorMessage: string | null
    nodeId: number
    host: string
    port: number
  },
): Result<BrokerMetadata> {
  const { errorCode, errorMessage, nodeId, host, port } = answer
  // A broker that has no message to give sends an empty one.
  return resultOf(errorCode, errorMessage === 'NONE' ? null : errorMessage || null, () => {
    const known = cluster.cache.brokers.get(nodeId)
    const broker = { id: nodeId, host, port, rack: known?.rack ?? null }
    if (known === undefined) cluster.cache.learnBrokers([{ nodeId, ...broker }])
    return broker
  })
}

/** One key; throws the error that stands in the way. */
export async function coordinatorOf(
  cluster: Cluster,
  kind: CoordinatorKind,
  key: string,
): Promise<BrokerMetadata> {
  const found = await findCoordinators(cluster, await cluster.any(), kind, [key])
  const result = found.get(key)
  if (result === undefined) throw new KafkaError('COORDINATOR_NOT_AVAILABLE')
  return orThrow(result)
}
