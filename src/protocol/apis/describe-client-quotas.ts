import {
  api,
  array,
  boolean,
  defaulted,
  float64,
  int8,
  int16,
  int32,
  nullable,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Quotas of users, client ids and addresses (KIP-546). */
export const describeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexible: 1,
  request: {
    components: array(
      struct({
        entityType: string,
        matchType: int8,
        match: nullableString,
      }),
    ),
    strict: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
    entries: nullable(
      array(
        struct({
          entity: array(
            struct({
              entityType: string,
              entityName: nullableString,
            }),
          ),
          values: array(
            struct({
              key: string,
              value: float64,
            }),
          ),
        }),
      ),
    ),
  },
})
