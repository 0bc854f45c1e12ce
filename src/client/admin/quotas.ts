/** Quotas of users, client ids and addresses (KIP-546). */
import { alterClientQuotas as alterApi } from '../../protocol/apis/alter-client-quotas.ts'
import { describeClientQuotas as describeApi } from '../../protocol/apis/describe-client-quotas.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import type { TimeoutOption } from './topics.ts'

export type QuotaEntityType = 'user' | 'client-id' | 'ip'

/** Whom a quota is for: one part for each type; the name null is the default of that type. */
export type QuotaEntity = ReadonlyMap<QuotaEntityType, string | null>

/** Which entities are asked for: by name, by being the default (null), or any of the type (undefined). */
export type QuotaFilter = ReadonlyMap<QuotaEntityType, string | null | undefined>

export type EntityQuotas = {
  readonly entity: QuotaEntity
  readonly quotas: ReadonlyMap<string, number>
}

const matchTypes = { name: 0, default: 1, any: 2 } as const

/** Those whose parts are of just the types that the filter names. */
export async function describeClientQuotas(
  cluster: Cluster,
  filter: QuotaFilter,
  { timeoutMs }: TimeoutOption = {},
): Promise<EntityQuotas[]> {
  return cluster.retrying({ callName: 'describeClientQuotas', timeoutMs }, async (attempt) => {
    const connection = await cluster.any()
    attempt.reached = true
    const answer = await connection.call(describeApi, {
      components: [...filter].map(([entityType, match]) => ({
        entityType,
        matchType: matchTypes[match === undefined ? 'any' : match === null ? 'default' : 'name'],
        match: match ?? null,
      })),
      strict: true,
    })
    ensureNone(answer.errorCode, answer.errorMessage)
    return (answer.entries ?? []).map(({ entity, values }) => ({
      entity: new Map(
        entity.map(({ entityType, entityName }) => [entityType as QuotaEntityType, entityName]),
      ),
      quotas: new Map(values.map(({ key, value }) => [key, value])),
    }))
  })
}

type QuotaChange = readonly [name: string, value: number | null]

/** Sets quotas, or removes them (null). */
export async function alterClientQuotas(
  cluster: Cluster,
  { entity, changes }: { entity: QuotaEntity; changes: readonly QuotaChange[] },
  { timeoutMs }: TimeoutOption = {},
): Promise<void> {
  await cluster.retrying({ callName: 'alterClientQuotas', timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const answer = await connection.call(alterApi, {
      entries: [
        {
          entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
          ops: changes.map(([key, value]) => ({
            key,
            value: value ?? 0,
            remove: value === null,
          })),
        },
      ],
      validateOnly: false,
    })
    for (const each of answer.entries) ensureNone(each.errorCode, each.errorMessage)
  })
}
