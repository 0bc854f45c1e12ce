/** Questions about groups, each of which goes to the group's coordinator. */
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { findCoordinators } from '../coordinators.ts'
import type { BrokerMetadata } from '../metadata-cache.ts'
import { failed, type Result } from '../result.ts'
import type { Attempt } from '../retry.ts'
import { settle } from './settle.ts'

export const coordinatorMoves = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
] as const satisfies readonly ErrorName[]

export type AtCoordinator = {
  connection: Connection
  coordinator: BrokerMetadata
  groupIds: readonly string[]
  attempt: Attempt
}

/** Finds the coordinators and asks each about its groups, all at the same time. */
export function settleAtCoordinators<V>(
  cluster: Cluster,
  wanted: {
    callName: string
    api: string
    timeoutMs: number | undefined
    again?: readonly ErrorName[]
  },
  groupIds: Iterable<string>,
  ask: (at: AtCoordinator) => Promise<Map<string, Result<V>>>,
): Promise<Map<string, Result<V>>> {
  const { callName, api, timeoutMs, again = [] } = wanted
  const call = {
    callName: `${callName}(api=FIND_COORDINATOR)`,
    timeoutMs,
    again: [...coordinatorMoves, ...again],
  }
  return settle(cluster, call, groupIds, async (left, attempt) => {
    call.callName = `${callName}(api=FIND_COORDINATOR)`
    const anyone = await cluster.any()
    attempt.reached = true
    const found = await findCoordinators(cluster, anyone, 'group', left)
    const results = new Map<string, Result<V>>()
    const byBroker = new Map<number, { coordinator: BrokerMetadata; groupIds: string[] }>()
    for (const [groupId, result] of found) {
      if (!result.ok) {
        results.set(groupId, result)
        continue
      }
      const coordinator = result.value
      const known = byBroker.get(coordinator.id) ?? { coordinator, groupIds: [] }
      known.groupIds.push(groupId)
      byBroker.set(coordinator.id, known)
    }
    if (byBroker.size > 0) call.callName = `${callName}(api=${api})`
    const answers = await Promise.all(
      [...byBroker.values()].map((each) => askOne(cluster, { ...each, attempt }, ask)),
    )
    for (const answer of answers)
      for (const [groupId, result] of answer) results.set(groupId, result)
    return results
  })
}

async function askOne<V>(
  cluster: Cluster,
  at: Omit<AtCoordinator, 'connection'>,
  ask: (at: AtCoordinator) => Promise<Map<string, Result<V>>>,
): Promise<Map<string, Result<V>>> {
  try {
    return await ask({ ...at, connection: await cluster.broker(at.coordinator.id) })
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return new Map(at.groupIds.map((groupId) => [groupId, failed(error)]))
  }
}
