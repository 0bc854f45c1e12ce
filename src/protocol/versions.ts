/** Which version of an API to speak with a broker that has answered ApiVersions (KIP-35, KIP-511). */
import { KafkaError } from './errors.ts'
import type { AnyApi } from './schema.ts'

export interface VersionRange {
  readonly minVersion: number
  readonly maxVersion: number
}

/** A broker's answer as a table by API key. */
export type SupportedVersions = ReadonlyMap<number, VersionRange>

export function supportedVersions(
  apiKeys: readonly ({ readonly apiKey: number } & VersionRange)[],
): SupportedVersions {
  return new Map(apiKeys.map((each) => [each.apiKey, each]))
}

/** The highest version that both sides know, or null; `highest` caps ours, for one that a caller cannot use. */
export function commonVersion(
  api: AnyApi,
  supported: SupportedVersions,
  highest = api.stable,
): number | null {
  const theirs = supported.get(api.key)
  if (theirs === undefined) return null
  const version = Math.min(api.versions[1], highest, theirs.maxVersion)
  return version >= Math.max(api.versions[0], theirs.minVersion) ? version : null
}

/** The same, for whom it must be one: throws UNSUPPORTED_VERSION with the reason. */
export function chooseVersion(api: AnyApi, supported: SupportedVersions, highest?: number): number {
  const version = commonVersion(api, supported, highest)
  if (version !== null) return version
  const theirs = supported.get(api.key)
  const reason =
    theirs === undefined
      ? `the broker does not support ${api.name}`
      : `${api.name} is spoken here in versions ${api.versions.join(' to ')}, ` +
        `by the broker in ${theirs.minVersion} to ${theirs.maxVersion}`
  throw new KafkaError('UNSUPPORTED_VERSION', reason)
}

/**
 * ApiVersions itself is asked at our newest version first. A broker that does not know it answers at version 0 with
 * UNSUPPORTED_VERSION and, since 2.4, its range; an older one without the range gets version 0.
 */
export function apiVersionsRetry(
  api: AnyApi,
  answer: { readonly apiKeys: readonly ({ readonly apiKey: number } & VersionRange)[] },
): number {
  return commonVersion(api, supportedVersions(answer.apiKeys)) ?? 0
}
