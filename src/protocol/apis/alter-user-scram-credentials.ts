import {
  api,
  array,
  bytes,
  defaulted,
  int8,
  int16,
  int32,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Changes SCRAM credentials (KIP-554). */
export const alterUserScramCredentials = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    deletions: array(
      struct({
        name: string,
        mechanism: int8,
      }),
    ),
    upsertions: array(
      struct({
        name: string,
        mechanism: int8,
        iterations: int32,
        salt: bytes,
        saltedPassword: bytes,
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    results: array(
      struct({
        user: string,
        errorCode: int16,
        errorMessage: nullableString,
      }),
    ),
  },
})
