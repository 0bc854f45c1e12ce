/** What administrators are shown of a group. */
import { metadataOf } from './classic/protocols.ts'
import type { ClassicGroup } from './classic/state.ts'
import { stateOf } from './consumer/state.ts'
import type { Ask, DescribeClassicOutcome } from './events.ts'
import type { Group } from './group.ts'
import { reply, type Turn } from './turn.ts'

export interface GroupSummary {
  readonly groupId: string
  readonly protocolType: string
  readonly state: string
  readonly type: string
}

/** Null for a group that does not exist. */
export function summaryOf(group: Group): GroupSummary | null {
  const { consumer } = group
  if (consumer !== null) {
    return {
      groupId: group.id,
      protocolType: 'consumer',
      state: stateOf(consumer),
      type: 'consumer',
    }
  }
  if (group.classic === null) return null
  return {
    groupId: group.id,
    protocolType: group.classic.protocolType ?? '',
    state: group.classic.phase,
    type: 'classic',
  }
}

const noBytes = new Uint8Array(0)

export function describeClassic(turn: Turn, ask: Ask<'describe-classic'>): void {
  const { group } = turn
  const { classic } = group
  if (classic === null) {
    const what = group.consumer === null ? 'not found' : 'is not a classic group'
    return reply(turn, ask, notDescribed('GROUP_ID_NOT_FOUND', `Group ${group.id} ${what}.`))
  }
  const isStable = classic.phase === 'Stable'
  reply(turn, ask, {
    error: 'NONE',
    message: null,
    state: classic.phase,
    protocolType: classic.protocolType ?? '',
    protocol: isStable ? (classic.protocolName ?? '') : '',
    members: membersOf(classic, isStable),
  })
}

/** Before a group is stable its members hold what they were given last; what they have asked for since decides nothing yet. */
function membersOf(group: ClassicGroup, isStable: boolean): DescribeClassicOutcome['members'] {
  return [...group.members.values()].map((member) => ({
    memberId: member.id,
    instanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    metadata: isStable ? metadataOf(member, group.protocolName) : noBytes,
    assignment: member.assignment,
  }))
}

function notDescribed(
  error: DescribeClassicOutcome['error'],
  message: string | null,
): DescribeClassicOutcome {
  return { error, message, state: 'Dead', protocolType: '', protocol: '', members: [] }
}
