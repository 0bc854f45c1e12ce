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

/** What a caller can use of our versions: `lowest` where a field came later, `highest` where one went. */
export interface Usable {
  readonly lowest?: number
  readonly highest?: number
}

/** The highest version that both sides know, or null. */
export function commonVersion(
  api: AnyApi,
  supported: SupportedVersions,
  usable: Usable = {},
): number | null {
  const theirs = supported.get(api.key)
  if (theirs === undefined) return null
  const [lowest, highest] = range(api, usable)
  const version = Math.min(highest, theirs.maxVersion)
  return version >= Math.max(lowest, theirs.minVersion) ? version : null
}

/** The same, for whom it must be one: throws UNSUPPORTED_VERSION with the reason, in Kafka's words. */
export function chooseVersion(api: AnyApi, supported: SupportedVersions, usable?: Usable): number {
  const version = commonVersion(api, supported, usable)
  if (version === null) throw unsupportedVersion(api, supported, usable)
  return version
}

export function unsupportedVersion(
  api: AnyApi,
  supported: SupportedVersions,
  usable?: Usable,
): KafkaError {
  const theirs = supported.get(api.key)
  const without = `The node does not support ${constantName(api.name)}`
  const reason =
    theirs === undefined
      ? without
      : `${without} with version in range [${range(api, usable)}]. ` +
        `The supported range is [${theirs.minVersion},${theirs.maxVersion}].`
  return new KafkaError('UNSUPPORTED_VERSION', reason)
}

function range(api: AnyApi, { lowest = api.versions[0], highest = api.stable }: Usable = {}) {
  return [Math.max(api.versions[0], lowest), Math.min(api.versions[1], highest)] as const
}

/** The name of an API as Kafka's `ApiKeys` writes it: `DescribeQuorum` is `DESCRIBE_QUORUM`. */
function constantName(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
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
