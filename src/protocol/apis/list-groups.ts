import { api, array, ignorable, int16, int32, since, string, struct } from '../schema.ts'

/** All groups that a broker coordinates. v4: filter by state (KIP-518); v5: by type (KIP-848). */
export const listGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexible: 3,
  request: {
    statesFilter: since(4, array(string)),
    typesFilter: since(5, array(string)),
  },
  response: {
    throttleTimeMs: ignorable(since(1, int32)),
    errorCode: int16,
    groups: array(
      struct({
        groupId: string,
        protocolType: string,
        groupState: ignorable(since(4, string)),
        groupType: ignorable(since(5, string)),
      }),
    ),
  },
})
