import { describeGroups } from '../../protocol/apis/describe-groups.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { groupOperations, notAsked } from './authorized-operations.ts'

// Before it a group that does not exist was simply dead.
const notFoundVersion = 6

export default handler(describeGroups, async (broker, request, { apiVersion }) => {
  const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : notAsked
  const groups = request.groups.map(async (groupId) => {
    const outcome = await broker.groups.ask(groupId, { kind: 'describe-classic' })
    const isOnlyDead = outcome.error === 'GROUP_ID_NOT_FOUND' && apiVersion < notFoundVersion
    const error = isOnlyDead ? 'NONE' : outcome.error
    return {
      groupId,
      errorCode: code(error),
      ...(apiVersion >= notFoundVersion && { errorMessage: outcome.message }),
      groupState: outcome.state,
      protocolType: outcome.protocolType,
      protocolData: outcome.protocol,
      members: outcome.members.map((each) => ({
        ...each,
        groupInstanceId: each.instanceId,
        memberMetadata: each.metadata,
        memberAssignment: each.assignment,
      })),
      authorizedOperations: error === 'NONE' ? authorizedOperations : notAsked,
    }
  })
  return { groups: await Promise.all(groups) }
})
