import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
  until,
} from '../schema.ts'

/** Members leave a classic group. v3: several at once (KIP-345); v5: reason (KIP-800). */
export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string,
    memberId: until(2, string),
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: defaulted(nullableString, null),
          reason: ignorable(since(5, nullableString, null)),
        }),
      ),
    ),
  },
  response: {
    throttleTimeMs: ignorable(since(1, int32)),
    errorCode: int16,
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: nullableString,
          errorCode: int16,
        }),
      ),
    ),
  },
})
