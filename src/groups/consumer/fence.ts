/** Members that go: they leave, or are told to. */

import { disarm, note, type Turn } from '../turn.ts'
import { completelyGone, downgradeWithout } from './migrate/downgrade.ts'
import { forgetMember, rememberEpoch } from './remember.ts'
import type { ConsumerGroup, Member } from './state.ts'
import { forgetUnusedRegexes, metadataHash } from './subscriptions.ts'
import { timersOf } from './timers.ts'

/** Forgets them, and raises the group's epoch once for all. */
export function fence(
  turn: Turn,
  group: ConsumerGroup,
  members: readonly Member[],
  how: { kind: 'left' | 'timed-out'; reason: string },
): void {
  for (const member of members) {
    for (const timer of timersOf(member.id)) disarm(turn, timer)
    note(turn, { ...how, member: noted(member) })
  }
  if (completelyGone(turn, group, members)) return downgradeWithout(turn, group, members)
  for (const { id } of members) forgetMember(turn, id)
  forgetUnusedRegexes(turn, group)
  rememberEpoch(turn, group.epoch + 1, metadataHash(group, turn.world.topics))
  group.seenTopicsVersion = turn.world.topics.version
}

export const noted = ({ id, instanceId, clientId, clientHost }: Member) => ({
  memberId: id,
  instanceId,
  clientId,
  clientHost,
})
