import {
  api,
  array,
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
 * The leader hands in the assignment, every member receives its own. v3: static members; v5:
 * protocol checked (KIP-559).
 */
export const syncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
    protocolType: ignorable(since(5, nullableString, null)),
    protocolName: ignorable(since(5, nullableString, null)),
    assignments: array(
      struct({
        memberId: string,
        assignment: bytes,
      }),
    ),
  },
  response: {
    throttleTimeMs: ignorable(since(1, int32)),
    errorCode: int16,
    protocolType: ignorable(since(5, nullableString, null)),
    protocolName: ignorable(since(5, nullableString, null)),
    assignment: bytes,
  },
})
