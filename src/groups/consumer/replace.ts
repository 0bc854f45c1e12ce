/** A static member under a new id: all that its former self had is its own now (KIP-345, KIP-848). */
import { disarm, note, type Turn } from '../turn.ts'
import { noted } from './fence.ts'
import { forgetMember, rememberCurrent, rememberMember, rememberTarget } from './remember.ts'
import { type ConsumerGroup, joinEpoch, type Member } from './state.ts'
import { timersOf } from './timers.ts'

export function replaceMember(
  turn: Turn,
  group: ConsumerGroup,
  former: Member,
  id: string,
): Member {
  const member = { ...former, id, epoch: joinEpoch, previousEpoch: joinEpoch }
  const target = group.targets.get(former.id) ?? new Map()
  for (const timer of timersOf(former.id)) disarm(turn, timer)
  forgetMember(turn, former.id)
  rememberMember(turn, member)
  rememberTarget(turn, id, target)
  rememberCurrent(turn, member)
  note(turn, { kind: 'fenced', member: noted(former), by: id })
  return group.members.get(id)!
}
