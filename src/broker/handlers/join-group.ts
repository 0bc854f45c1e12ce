import { joinGroup } from '../../protocol/apis/join-group.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { clientOf } from './group-client.ts'

export default handler(joinGroup, async ({ groups }, request, call) => {
  const { apiVersion } = call
  const { groupId, groupInstanceId: instanceId, ...rest } = request
  const outcome = await groups.ask(groupId, {
    kind: 'join',
    ...rest,
    apiVersion,
    client: clientOf(call),
    instanceId,
    // Version 0 had one timeout for both.
    rebalanceTimeoutMs: apiVersion === 0 ? rest.sessionTimeoutMs : rest.rebalanceTimeoutMs,
    uuid: groups.memberUuid(),
  })
  const { error, generation, protocolName, members } = outcome
  return {
    ...outcome,
    errorCode: code(error),
    generationId: generation,
    protocolName: apiVersion < 7 ? (protocolName ?? '') : protocolName,
    members: members.map((each) => ({ ...each, groupInstanceId: each.instanceId })),
  }
})
