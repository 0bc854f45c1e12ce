import {
  api,
  array,
  boolean,
  ignorable,
  int16,
  int32,
  int64,
  since,
  string,
  struct,
  tagged,
} from '../schema.ts'

/**
 * Which APIs and versions a broker serves. v3: software name, features (KIP-511, KIP-584); v4:
 * minimum version 0 of features.
 */
export const apiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexible: 3,
  listeners: ['broker', 'controller'],
  request: {
    clientSoftwareName: ignorable(since(3, string)),
    clientSoftwareVersion: ignorable(since(3, string)),
  },
  response: {
    errorCode: int16,
    apiKeys: array(
      struct({
        apiKey: int16,
        minVersion: int16,
        maxVersion: int16,
      }),
    ),
    throttleTimeMs: ignorable(since(1, int32)),
    supportedFeatures: ignorable(
      tagged(
        0,
        3,
        array(
          struct({
            name: string,
            minVersion: int16,
            maxVersion: int16,
          }),
        ),
      ),
    ),
    finalizedFeaturesEpoch: ignorable(tagged(1, 3, int64, -1n)),
    finalizedFeatures: ignorable(
      tagged(
        2,
        3,
        array(
          struct({
            name: string,
            maxVersionLevel: int16,
            minVersionLevel: int16,
          }),
        ),
      ),
    ),
    zkMigrationReady: ignorable(tagged(3, 3, boolean)),
  },
})
