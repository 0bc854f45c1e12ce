import {
  api,
  array,
  boolean,
  defaulted,
  int8,
  int16,
  int32,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Replaces all configurations of a resource (KIP-133). */
export const alterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: nullableString,
          }),
        ),
      }),
    ),
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    responses: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        resourceType: int8,
        resourceName: string,
      }),
    ),
  },
})
