import {
  api,
  array,
  boolean,
  defaulted,
  float64,
  int16,
  int32,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Changes quotas (KIP-546). */
export const alterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexible: 1,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    entries: array(
      struct({
        entity: array(
          struct({
            entityType: string,
            entityName: nullableString,
          }),
        ),
        ops: array(
          struct({
            key: string,
            value: float64,
            remove: boolean,
          }),
        ),
      }),
    ),
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    entries: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        entity: array(
          struct({
            entityType: string,
            entityName: nullableString,
          }),
        ),
      }),
    ),
  },
})
