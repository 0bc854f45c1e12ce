import {
  api,
  array,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * Resources that have configurations: client metrics (KIP-714), and from v1 all types (KIP-1142).
 */
export const listConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexible: 0,
  request: {
    resourceTypes: since(1, array(int8)),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    configResources: array(
      struct({
        resourceName: string,
        resourceType: ignorable(since(1, int8, 16)),
      }),
    ),
  },
})
