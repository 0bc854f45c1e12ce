/** A classic group as the record GroupMetadata. */
import { remember, type Turn } from '../turn.ts'
import { metadataOf } from './protocols.ts'
import type { ClassicGroup } from './state.ts'

const noBytes = new Uint8Array(0)

/** The group with these assignments. Members without one hold no partitions. */
export function rememberGroup(
  turn: Turn,
  group: ClassicGroup,
  assignments: ReadonlyMap<string, Uint8Array>,
): void {
  const members = [...group.members.values()].map((member) => ({
    memberId: member.id,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeout: member.rebalanceTimeoutMs,
    sessionTimeout: member.sessionTimeoutMs,
    subscription: metadataOf(member, group.protocolName),
    assignment: assignments.get(member.id) ?? noBytes,
  }))
  remember(
    turn,
    'classicGroup',
    { group: group.id },
    {
      protocolType: group.protocolType ?? '',
      generation: group.generation,
      protocol: group.protocolName,
      leader: group.leader,
      currentStateTimestamp: BigInt(group.phaseSince),
      members,
    },
  )
}
