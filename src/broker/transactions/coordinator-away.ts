import type { ErrorName } from '../../protocol/errors.ts'

/** The coordinator could not be asked: another time it may answer. */
export const isCoordinatorAway = (error: ErrorName): boolean => away.has(error)

const away: ReadonlySet<ErrorName> = new Set([
  'BROKER_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'NOT_COORDINATOR',
  'REQUEST_TIMED_OUT',
])
