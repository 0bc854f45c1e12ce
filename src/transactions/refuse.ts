/** The answer to any question that cannot be dealt with: not coordinator, loading, the write failed. */
import { unreachable } from '../base/assert.ts'
import type { ErrorName } from '../protocol/errors.ts'
import type { AskedEvent, Outcomes } from './events.ts'
import { noPartitions } from './state.ts'
import { refusedIdentity } from './turn.ts'

export function refuse(event: AskedEvent, error: ErrorName): Outcomes[keyof Outcomes] {
  switch (event.kind) {
    case 'init':
    case 'end':
      return refusedIdentity(error)
    case 'add-partitions':
      return { error }
    case 'verify':
      return { error, missing: noPartitions }
    case 'describe':
      return { error, content: null }
    default:
      return unreachable(event)
  }
}
