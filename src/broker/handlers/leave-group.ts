import { leaveGroup } from '../../protocol/apis/leave-group.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(leaveGroup, async ({ groups }, request, { apiVersion }) => {
  const isBatch = apiVersion >= 3
  const leaving = isBatch
    ? request.members.map((each) => ({ ...each, instanceId: each.groupInstanceId }))
    : [{ memberId: request.memberId, instanceId: null, reason: null }]
  const outcome = await groups.ask(request.groupId, { kind: 'leave', members: leaving })
  const [alone] = outcome.members
  if (!isBatch && outcome.error === 'NONE') return { errorCode: code(alone?.error ?? 'NONE') }
  const members = outcome.members.map(({ memberId, instanceId, error }) => ({
    memberId,
    groupInstanceId: instanceId,
    errorCode: code(error),
  }))
  return { errorCode: code(outcome.error), members: isBatch ? members : [] }
})
