import type { ErrorName } from '../../protocol/errors.ts'

/** Older clients know no PRODUCER_FENCED (KIP-588). */
export function tellingFenced(
  error: ErrorName,
  { apiVersion, since }: { apiVersion: number; since: number },
): ErrorName {
  return error === 'PRODUCER_FENCED' && apiVersion < since ? 'INVALID_PRODUCER_EPOCH' : error
}
