/** Which quotas match a filter (KIP-546). */
import { refuse } from './faults.ts'
import type { MetadataImage, QuotaEntity } from './image.ts'

export interface QuotaFilter {
  readonly entityType: string
  readonly matchType: number
  readonly match: string | null
}

export interface FoundQuota {
  entity: QuotaEntity[]
  values: { key: string; value: number }[]
}

const matchTypes = { exact: 0, default: 1, specified: 2 } as const

/** `strict`: an entity with more parts than the filter names does not match. */
export function findQuotas(
  image: MetadataImage,
  filters: readonly QuotaFilter[],
  strict: boolean,
): FoundQuota[] {
  checkFilters(filters)
  return [...image.clientQuotas.values()]
    .filter(({ entity }) => {
      if (strict && entity.length !== filters.length) return false
      return filters.every((filter) => entity.some((part) => matches(part, filter)))
    })
    .map(({ entity, quotas }) => ({
      entity: [...entity],
      values: [...quotas].map(([key, value]) => ({ key, value })),
    }))
}

function matches({ entityType, entityName }: QuotaEntity, filter: QuotaFilter): boolean {
  if (entityType !== filter.entityType) return false
  switch (filter.matchType) {
    case matchTypes.exact:
      return entityName !== null && entityName === filter.match
    case matchTypes.default:
      return entityName === null
    default:
      return true
  }
}

function checkFilters(filters: readonly QuotaFilter[]): void {
  const types = filters.map(({ entityType }) => entityType)
  for (const { entityType, matchType, match } of filters) {
    if (entityType === '')
      refuse('INVALID_REQUEST', 'Unexpected empty filter component entity type')
    if (!['user', 'client-id', 'ip'].includes(entityType)) {
      refuse('UNSUPPORTED_VERSION', `Unsupported entity type ${entityType}`)
    }
    if (types.filter((each) => each === entityType).length > 1) {
      refuse(
        'INVALID_REQUEST',
        `Entity type ${entityType} cannot appear more than once in the filter.`,
      )
    }
    if (matchType === matchTypes.exact && match === null) {
      refuse('INVALID_REQUEST', 'Request specified MATCH_TYPE_EXACT, but set match string to null.')
    }
    if (matchType === matchTypes.default && match !== null) {
      refuse(
        'INVALID_REQUEST',
        'Request specified MATCH_TYPE_DEFAULT, but also specified a match string.',
      )
    }
    if (matchType === matchTypes.specified && match !== null) {
      refuse(
        'INVALID_REQUEST',
        'Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.',
      )
    }
    if (matchType < 0 || matchType > 2) refuse('INVALID_REQUEST', `Unknown match type ${matchType}`)
  }
  if (types.includes('ip') && types.length > 1) {
    refuse(
      'INVALID_REQUEST',
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.',
    )
  }
}
