import { supportedFeatures } from '../../metadata/features.ts'
import { apiVersions } from '../../protocol/apis/api-versions.ts'
import { produce } from '../../protocol/apis/produce.ts'
import { code } from '../../protocol/errors.ts'
import type { SentResponseOf } from '../../protocol/schema.ts'
import { type Handler, handler } from '../handler.ts'

type ApiVersionsResponse = SentResponseOf<typeof apiVersions>

const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export default handler(apiVersions, (broker, request, call) => {
  const { clientSoftwareName, clientSoftwareVersion } = request
  const named = namePattern.test(clientSoftwareName) && namePattern.test(clientSoftwareVersion)
  if (call.apiVersion >= 3 && !named) {
    return { errorCode: code('INVALID_REQUEST'), apiKeys: [] }
  }
  const { features, offset } = broker.image
  const finalized = [...features, ['kraft.version', broker.quorum.kraftVersion] as const]
  return {
    errorCode: 0,
    apiKeys: ranges(call.served.values()),
    supportedFeatures: supportedFeatures
      // Clients before version 4 cannot read a feature whose lowest level is 0 (KIP-584).
      .filter(({ minSupportedVersion }) => call.apiVersion >= 4 || minSupportedVersion > 0)
      .map(({ name, minSupportedVersion, maxSupportedVersion }) => ({
        name,
        minVersion: minSupportedVersion,
        maxVersion: maxSupportedVersion,
      })),
    finalizedFeaturesEpoch: offset - 1n,
    finalizedFeatures: finalized
      .filter(([, level]) => level > 0)
      .map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  }
})

/** KIP-511: a client that asks with a version too new learns ours, in the oldest form. */
export function unsupportedApiVersions(handlers: Iterable<Handler>): ApiVersionsResponse {
  return {
    errorCode: code('UNSUPPORTED_VERSION'),
    apiKeys: ranges(handlers).filter(({ apiKey }) => apiKey === apiVersions.key),
  }
}

function ranges(handlers: Iterable<Handler>): ApiVersionsResponse['apiKeys'] {
  return [...handlers].map(({ api }) => ({
    apiKey: api.key,
    // Old librdkafka takes a lowest version above 0 for a broker without message formats (KAFKA-18659).
    minVersion: api.key === produce.key ? 0 : api.versions[0],
    maxVersion: api.stable,
  }))
}
