/** A member of the consumer protocol leaves: for good, or, if it is static, for a while. */
import type { ConsumerHeartbeatOutcome } from '../events.ts'
import { disarm, note, reply, type Turn } from '../turn.ts'
import { type Beating, refuse } from './beating.ts'
import { fence, noted } from './fence.ts'
import { rememberCurrent } from './remember.ts'
import { awayEpoch, type ConsumerGroup, type Member } from './state.ts'
import { revokeTimer } from './timers.ts'
import { type Fault, fault, instanceFault, unknownMember } from './validate.ts'

export function leave(turn: Turn, event: Beating): void {
  const { consumer, classic } = turn.group
  if (consumer === null) {
    const message =
      classic === null
        ? `Consumer group ${turn.group.id} not found.`
        : `Group ${turn.group.id} is not a consumer group.`
    return refuse(turn, event, fault('GROUP_ID_NOT_FOUND', message))
  }
  const wrong = leaveFault(consumer, event)
  if (wrong !== null) return refuse(turn, event, wrong)
  const member = consumer.members.get(event.memberId)!
  if (event.memberEpoch === awayEpoch) goAway(turn, member)
  else fence(turn, consumer, [member], { kind: 'left', reason: 'it left' })
  reply(turn, event.ask, left(event))
}

function leaveFault(group: ConsumerGroup, { memberId, instanceId }: Beating): Fault | null {
  const wrong = instanceId === null ? null : instanceFault(group, { memberId, instanceId })
  if (wrong !== null) return wrong
  return group.members.has(memberId) ? null : unknownMember(memberId, group.id)
}

/** It keeps its partitions until it comes back or its session ends; nobody else is disturbed. */
function goAway(turn: Turn, member: Member): void {
  disarm(turn, revokeTimer(member.id))
  rememberCurrent(turn, {
    ...member,
    state: 'Stable',
    epoch: awayEpoch,
    previousEpoch: member.epoch,
    revoking: new Map(),
  })
  note(turn, { kind: 'left', member: noted(member), reason: 'for a while: it is static' })
}

const left = ({ memberId, memberEpoch }: Beating): ConsumerHeartbeatOutcome => ({
  error: 'NONE',
  message: null,
  memberId,
  memberEpoch,
  heartbeatIntervalMs: 0,
  assignment: null,
})
