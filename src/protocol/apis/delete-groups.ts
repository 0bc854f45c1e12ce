import { api, array, defaulted, int16, int32, string, struct } from '../schema.ts'

/** Deletes groups without members (KIP-229). */
export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexible: 2,
  request: {
    groupsNames: array(string),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    results: array(
      struct({
        groupId: string,
        errorCode: int16,
      }),
    ),
  },
})
