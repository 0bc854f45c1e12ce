/** DeleteGroups (KIP-229), and groups that nobody has needed for long. */
import type { ErrorName } from '../protocol/errors.ts'
import { forgetGroup } from './consumer/remember.ts'
import type { Ask } from './events.ts'
import { type Group, isVacant } from './group.ts'
import { forgetAll } from './offsets/delete.ts'
import { expireOffsets } from './offsets/expire.ts'
import { remember, reply, type Turn } from './turn.ts'

export function deleteGroup(turn: Turn, ask: Ask<'delete-group'>): void {
  const error = deleteError(turn.group)
  if (error !== null) return reply(turn, ask, { error })
  forgetAll(turn)
  bury(turn)
  reply(turn, ask, { error: 'NONE' })
}

function deleteError(group: Group): ErrorName | null {
  if (isVacant(group)) return 'GROUP_ID_NOT_FOUND'
  return hasMembers(group) ? 'NON_EMPTY_GROUP' : null
}

/** Who was only given a member id is none yet: as in Kafka, it is unknown when it comes back with that id. */
function hasMembers({ classic, consumer }: Group): boolean {
  return consumer !== null
    ? consumer.members.size > 0
    : classic !== null && classic.phase !== 'Empty'
}

export function sweep(turn: Turn): void {
  const hasNoOffsets = expireOffsets(turn)
  const isAwaited = (turn.group.classic?.pendingMembers.size ?? 0) > 0
  if (hasNoOffsets && !hasMembers(turn.group) && !isAwaited) bury(turn)
}

/** A simple group has no record of its own, and gets a tombstone all the same: older ones may lie in the log. */
function bury(turn: Turn): void {
  const { consumer } = turn.group
  if (consumer !== null) return forgetGroup(turn, consumer)
  remember(turn, 'classicGroup', { group: turn.group.id }, null)
}
