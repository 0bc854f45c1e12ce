import { deleteGroups } from '../../protocol/apis/delete-groups.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(deleteGroups, async ({ groups }, { groupsNames }) => {
  const results = [...new Set(groupsNames)].map(async (groupId) => {
    const { error } = await groups.ask(groupId, { kind: 'delete-group' })
    return { groupId, errorCode: code(error) }
  })
  return { results: await Promise.all(results) }
})
