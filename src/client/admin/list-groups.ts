import { listGroups as listGroupsApi } from '../../protocol/apis/list-groups.ts'
import { errorTexts } from '../../protocol/error-texts.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import type { Node } from './cluster.ts'
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
    [...cluster.cache.brokers.values()].map(async (broker) => {
      try {
        const found = await cluster.retrying(wanted, async (attempt) => {
          const connection = await cluster.broker(broker.id)
          attempt.reached = true
          return ask(connection, { states, types })
        })
        for (const each of found) groups.set(each.groupId, each)
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        errors.push(errorOf(broker, error))
      }
    }),
  )
  return { groups: [...groups.values()], errors }
}

/** Which broker could not tell, in the words of Kafka's admin client. */
function errorOf({ id, host, port, rack }: Node, { error, message }: KafkaError): KafkaError {
  const what = `Error listing groups on ${host}:${port} (id: ${id} rack: ${rack} isFenced: false)`
  return new KafkaError(error, message === errorTexts[error] ? what : `${what}: ${message}`)
}

async function ask(
  connection: Connection,
  { states, types }: Required<GroupFilter>,
): Promise<GroupListing[]> {
  const version = connection.version(listGroupsApi) ?? 0
  const tooOld = (needed: number, what: string) =>
    new KafkaError(
      'UNSUPPORTED_VERSION',
      `The broker only supports ListGroups v${version}, but we need v${needed} or newer to request groups by ${what}.`,
    )
  if (version < 4 && states.length > 0) throw tooOld(4, 'states')
  // Before there were types, all groups were classic ones.
  const classicOnly = types.every((type) => type.toLowerCase() === 'classic')
  if (version < 5 && !classicOnly) {
    throw tooOld(5, `type. Requested group types: [${types.join(', ')}]`)
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
