import {
  api,
  array,
  between,
  ignorable,
  int8,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
  until,
} from '../schema.ts'

/**
 * Which broker coordinates a group, a transactional id or a share partition. v4: several keys
 * (KIP-699).
 */
export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexible: 3,
  request: {
    key: until(3, string),
    keyType: since(1, int8),
    coordinatorKeys: since(4, array(string)),
  },
  response: {
    throttleTimeMs: ignorable(since(1, int32)),
    errorCode: until(3, int16),
    errorMessage: ignorable(between(1, 3, nullableString)),
    nodeId: until(3, int32),
    host: until(3, string),
    port: until(3, int32),
    coordinators: since(
      4,
      array(
        struct({
          key: string,
          nodeId: int32,
          host: string,
          port: int32,
          errorCode: int16,
          errorMessage: nullableString,
        }),
      ),
    ),
  },
})
