import {
  api,
  array,
  boolean,
  defaulted,
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

/** Finalizes feature levels (KIP-584, KIP-778). */
export const updateFeatures = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker', 'controller'],
  clusterAction: true,
  forwardable: true,
  request: {
    timeoutMs: defaulted(int32, 60000),
    featureUpdates: array(
      struct({
        feature: string,
        maxVersionLevel: int16,
        allowDowngrade: until(0, boolean),
        upgradeType: since(1, int8, 1),
      }),
    ),
    validateOnly: since(1, boolean),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
    results: ignorable(
      until(
        1,
        array(
          struct({
            feature: string,
            errorCode: int16,
            errorMessage: nullableString,
          }),
        ),
      ),
    ),
  },
})
