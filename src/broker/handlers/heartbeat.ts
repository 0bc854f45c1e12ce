import { heartbeat } from '../../protocol/apis/heartbeat.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(heartbeat, async ({ groups }, request) => {
  const { groupId, memberId, generationId: generation, groupInstanceId: instanceId } = request
  const event = { kind: 'heartbeat' as const, memberId, generation, instanceId }
  const { error } = await groups.ask(groupId, event)
  return { errorCode: code(error) }
})
