import { listGroups as listGroupsApi } from '../../protocol/apis/list-groups.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import type { TimeoutOption } from './topics.ts'

export type GroupListing = {
  groupId: string
  protocolType: string
  /** `Stable`, `Empty` …; null from a broker older than 2.6. */
  state: string | null
  /** `classic`, `consumer`, `share`, `streams`; null from a broker older than 3.8. */
  type: string | null
}

export type GroupFilter = { states?: readonly string[]; types?: readonly string[] }

/**
 * Asks every broker, since each knows the groups that it coordinates. What some could not tell is in `errors`; it throws
 * only when no broker answered.
 */
export async function listGroups(
  cluster: Cluster,
  { timeoutMs, states = [], types = [] }: TimeoutOption & GroupFilter = {},
): Promise<{ groups: GroupListing[]; errors: KafkaError[] }> {
  const wanted = { callName: 'listConsumerGroups', timeoutMs }
  await cluster.retrying(wanted, async (attempt) => {
    const on = await cluster.any()
    attempt.reached = true
    await cluster.metadata([], { on })
    if (cluster.cache.brokers.size > 0) return
    throw new KafkaError('COORDINATOR_NOT_AVAILABLE', 'the metadata name no broker')
  })
  const groups = new Map<string, GroupListing>()
  const errors: KafkaError[] = []
  await Promise.all(
    [...cluster.cache.brokers.keys()].map(async (id) => {
      try {
        const found = await cluster.retrying(wanted, async (attempt) => {
          const connection = await cluster.broker(id)
          attempt.reached = true
          return ask(connection, { states, types })
        })
        for (const each of found) groups.set(each.groupId, each)
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        errors.push(error)
      }
    }),
  )
  return { groups: [...groups.values()], errors }
}

async function ask(
  connection: Connection,
  { states, types }: Required<GroupFilter>,
): Promise<GroupListing[]> {
  const version = connection.version(listGroupsApi) ?? 0
  if (version < 4 && states.length > 0) {
    throw new KafkaError('UNSUPPORTED_VERSION', 'the broker does not list groups by state')
  }
  // Before there were types, all groups were classic ones.
  const classicOnly = types.every((type) => type.toLowerCase() === 'classic')
  if (version < 5 && !classicOnly) {
    throw new KafkaError('UNSUPPORTED_VERSION', 'the broker does not list groups by type')
  }
  const answer = await connection.call(listGroupsApi, {
    ...(version >= 4 ? { statesFilter: states } : {}),
    ...(version >= 5 ? { typesFilter: types } : {}),
  })
  ensureNone(answer.errorCode)
  return answer.groups.map((each) => ({
    groupId: each.groupId,
    protocolType: each.protocolType,
    state: each.groupState === '' ? null : each.groupState,
    type: each.groupType === '' ? null : each.groupType,
  }))
}
