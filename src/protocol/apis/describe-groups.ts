import {
  api,
  array,
  boolean,
  bytes,
  ignorable,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * State and members of classic groups. v6: GROUP_ID_NOT_FOUND for a group that is not there
 * (KIP-1043).
 */
export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexible: 5,
  request: {
    groups: array(string),
    includeAuthorizedOperations: since(3, boolean),
  },
  response: {
    throttleTimeMs: ignorable(since(1, int32)),
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: since(6, nullableString, null),
        groupId: string,
        groupState: string,
        protocolType: string,
        protocolData: string,
        members: array(
          struct({
            memberId: string,
            groupInstanceId: ignorable(since(4, nullableString, null)),
            clientId: string,
            clientHost: string,
            memberMetadata: bytes,
            memberAssignment: bytes,
          }),
        ),
        authorizedOperations: since(3, int32, -2147483648),
      }),
    ),
  },
})
