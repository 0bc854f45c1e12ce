import { api, ignorable, int16, int32, nullableString, since, string } from '../schema.ts'

/**
 * A member says it is alive and learns whether a rebalance has begun. v3: static members
 * (KIP-345).
 */
export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
  },
  response: {
    throttleTimeMs: ignorable(since(1, int32)),
    errorCode: int16,
  },
})
