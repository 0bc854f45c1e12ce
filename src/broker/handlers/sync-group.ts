import { syncGroup } from '../../protocol/apis/sync-group.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(syncGroup, async ({ groups }, request) => {
  const { groupId, generationId: generation, groupInstanceId: instanceId, ...rest } = request
  const outcome = await groups.ask(groupId, { kind: 'sync', ...rest, generation, instanceId })
  return { ...outcome, errorCode: code(outcome.error) }
})
