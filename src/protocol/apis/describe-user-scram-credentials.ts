import {
  api,
  array,
  defaulted,
  int8,
  int16,
  int32,
  nullable,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** SCRAM credentials of users, without their secrets (KIP-554). */
export const describeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: {
    users: nullable(
      array(
        struct({
          name: string,
        }),
      ),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
    results: array(
      struct({
        user: string,
        errorCode: int16,
        errorMessage: nullableString,
        credentialInfos: array(
          struct({
            mechanism: int8,
            iterations: int32,
          }),
        ),
      }),
    ),
  },
})
