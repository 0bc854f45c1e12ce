import type { ErrorName } from '../protocol/errors.ts'

/** KIP-320: a client that knows a newer epoch is ahead of us, one that names an older one must refresh. */
export function epochError(asked: number, current: number): ErrorName | null {
  if (asked === -1 || asked === current) return null
  return asked < current ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
}
