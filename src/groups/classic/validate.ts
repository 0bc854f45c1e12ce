/** Is this member one of the group, and the one that now owns its instance id (KIP-345)? */
import type { ErrorName } from '../../protocol/errors.ts'
import type { ClassicGroup } from './state.ts'

export function memberError(
  group: ClassicGroup,
  { memberId, instanceId }: { memberId: string; instanceId: string | null },
): ErrorName | null {
  if (instanceId !== null) {
    const owner = group.staticMembers.get(instanceId)
    if (owner === undefined) return 'UNKNOWN_MEMBER_ID'
    if (owner !== memberId) return 'FENCED_INSTANCE_ID'
  }
  return group.members.has(memberId) ? null : 'UNKNOWN_MEMBER_ID'
}
