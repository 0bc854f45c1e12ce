import {
  api,
  array,
  boolean,
  bytes,
  defaulted,
  ignorable,
  int16,
  int32,
  nullable,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * A member joins a classic group and waits for the rebalance. v4: member id first (KIP-394); v5:
 * static members (KIP-345); v8: reason (KIP-800).
 */
export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: ignorable(since(1, int32, -1)),
    memberId: string,
    groupInstanceId: since(5, nullableString, null),
    protocolType: string,
    protocols: array(
      struct({
        name: string,
        metadata: bytes,
      }),
    ),
    reason: ignorable(since(8, nullableString, null)),
  },
  response: {
    throttleTimeMs: ignorable(since(2, int32)),
    errorCode: int16,
    generationId: defaulted(int32, -1),
    protocolType: ignorable(since(7, nullableString, null)),
    protocolName: nullable(string, 7),
    leader: string,
    skipAssignment: since(9, boolean),
    memberId: string,
    members: array(
      struct({
        memberId: string,
        groupInstanceId: ignorable(since(5, nullableString, null)),
        metadata: bytes,
      }),
    ),
  },
})
