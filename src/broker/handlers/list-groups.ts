import { listGroups } from '../../protocol/apis/list-groups.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(listGroups, async ({ groups }, { statesFilter, typesFilter }) => {
  const { error, groups: all } = await groups.list()
  const states = lowerCase(statesFilter)
  const types = lowerCase(typesFilter)
  const wanted = all.filter(
    ({ state, type }) =>
      (states.length === 0 || states.includes(state.toLowerCase())) &&
      (types.length === 0 || types.includes(type.toLowerCase())),
  )
  return {
    errorCode: code(error),
    groups: wanted.map((each) => ({ ...each, groupState: each.state, groupType: each.type })),
  }
})

const lowerCase = (names: readonly string[]): string[] => names.map((each) => each.toLowerCase())
