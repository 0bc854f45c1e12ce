/** Timers of members of a consumer group. Whichever ends, the member is taken for dead. */
import { arm, type Turn } from '../turn.ts'
import { fence } from './fence.ts'
import { armRevocation } from './settle.ts'
import type { ConsumerGroup } from './state.ts'
import { sessionTimer } from './timers.ts'

const reasons: Readonly<Record<string, string>> = {
  session: 'no heartbeat within its session timeout',
  revoke: 'it did not give back partitions within its rebalance timeout',
  join: 'it did not rejoin within its rebalance timeout',
  sync: 'it did not ask for its assignment in time',
}

export function consumerTimedOut(
  turn: Turn,
  group: ConsumerGroup,
  { kind, memberId }: { kind: string; memberId: string },
): void {
  const member = group.members.get(memberId)
  const reason = reasons[kind]
  if (member === undefined || reason === undefined) return
  fence(turn, group, [member], { kind: 'timed-out', reason })
}

/** Nobody knows when the members were last heard of: their time begins anew. */
export function armAll(turn: Turn, group: ConsumerGroup): void {
  const { sessionTimeoutMs } = turn.world.config.consumer(group.id)
  for (const member of group.members.values()) {
    arm(turn, sessionTimer(member.id), member.classic?.sessionTimeoutMs ?? sessionTimeoutMs)
    if (member.classic === null) armRevocation(turn, member)
  }
}
