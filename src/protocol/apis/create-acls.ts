import {
  api,
  array,
  defaulted,
  int8,
  int16,
  int32,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Creates access control entries (KIP-140). */
export const createAcls = api({
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    creations: array(
      struct({
        resourceType: int8,
        resourceName: string,
        resourcePatternType: defaulted(int8, 3),
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    results: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
      }),
    ),
  },
})
