/** What the record GroupMetadata makes of a group. */
import type { ContentOf } from '../records.ts'
import { subscribedTopics } from './protocols.ts'
import { addMember, type ClassicGroup, enter, type Member, removeMember } from './state.ts'

type Value = ContentOf<'classicGroup'>
type MemberValue = Value['members'][number]

/** Members that are known already keep what no record tells: whom they wait for, and the protocols they also speak. */
export function applyClassicGroup(group: ClassicGroup, value: Value): void {
  const named = new Set(value.members.map(({ memberId }) => memberId))
  for (const id of [...group.members.keys()]) if (!named.has(id)) removeMember(group, id)
  group.generation = value.generation
  group.protocolType = value.protocolType === '' ? null : value.protocolType
  group.protocolName = value.protocol
  for (const each of value.members) {
    const known = group.members.get(each.memberId)
    if (known === undefined) addMember(group, memberFrom(each, value.protocol))
    else known.assignment = each.assignment
  }
  group.leader = value.leader
  group.subscribedTopics = subscribedTopics(group)
  enter(group, value.members.length === 0 ? 'Empty' : 'Stable', Number(value.currentStateTimestamp))
}

function memberFrom(value: MemberValue, protocolName: string | null): Member {
  return {
    id: value.memberId,
    instanceId: value.groupInstanceId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    // Version 0 had no timeout of its own for rebalances.
    rebalanceTimeoutMs: value.rebalanceTimeout < 0 ? value.sessionTimeout : value.rebalanceTimeout,
    sessionTimeoutMs: value.sessionTimeout,
    protocols: [{ name: protocolName ?? '', metadata: new Uint8Array(value.subscription) }],
    assignment: new Uint8Array(value.assignment),
    joinAsk: null,
    syncAsk: null,
    isNew: false,
  }
}
