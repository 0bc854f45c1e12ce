/**
 * Feature levels of a cluster (KIP-584, KIP-1022): what each metadata.version brings, and the other features. What a
 * fresh cluster of Kafka 4.3 gets is `freshFeatures`.
 */
export interface MetadataVersion {
  readonly level: number
  /** As tools write it: 4.3-IV0. */
  readonly name: string
  /** Records differ from those of the level before; only across such a level does a downgrade lose something. */
  readonly metadataChanged: boolean
  /** Highest versions that brokers of a cluster at this level use among each other. */
  readonly fetch: number
  readonly listOffsets: number
  /** Versions in which records are written; -1: there is no such record yet. */
  readonly registerBrokerRecord: number
  readonly registerControllerRecord: number
  /** Of PartitionRecord and PartitionChangeRecord alike. */
  readonly partitionRecord: number
}

// level, name, metadata changed, Fetch, ListOffsets, RegisterBroker-, RegisterController-, PartitionRecord
export const metadataVersions: readonly MetadataVersion[] = [
  row(7, '3.3-IV3', true, 13, 7, 1, -1, 0),
  row(8, '3.4-IV0', true, 13, 7, 2, -1, 0),
  row(9, '3.5-IV0', false, 14, 8, 2, -1, 0),
  row(10, '3.5-IV1', false, 15, 8, 2, -1, 0),
  row(11, '3.5-IV2', true, 15, 8, 2, -1, 0),
  row(12, '3.6-IV0', false, 15, 8, 2, -1, 0),
  row(13, '3.6-IV1', true, 15, 8, 2, -1, 0),
  row(14, '3.6-IV2', true, 15, 8, 2, -1, 0),
  row(15, '3.7-IV0', true, 15, 8, 2, 0, 0),
  row(16, '3.7-IV1', false, 15, 8, 2, 0, 0),
  row(17, '3.7-IV2', true, 15, 8, 3, 0, 1),
  row(18, '3.7-IV3', false, 15, 8, 3, 0, 1),
  row(19, '3.7-IV4', false, 16, 8, 3, 0, 1),
  row(20, '3.8-IV0', false, 16, 8, 3, 0, 1),
  row(21, '3.9-IV0', false, 17, 9, 3, 0, 1),
  row(22, '4.0-IV0', false, 17, 9, 3, 0, 1),
  row(23, '4.0-IV1', true, 17, 9, 3, 0, 2),
  row(24, '4.0-IV2', false, 17, 9, 3, 0, 2),
  row(25, '4.0-IV3', false, 17, 10, 3, 0, 2),
  row(26, '4.1-IV0', false, 17, 10, 3, 0, 2),
  row(27, '4.1-IV1', false, 18, 10, 3, 0, 2),
  row(28, '4.2-IV0', false, 18, 10, 3, 0, 2),
  row(29, '4.2-IV1', false, 18, 11, 3, 0, 2),
  row(30, '4.3-IV0', true, 18, 11, 4, 0, 2),
  row(31, '4.4-IV0', false, 18, 11, 4, 0, 2),
]

function row(
  level: number,
  name: string,
  metadataChanged: boolean,
  fetch: number,
  listOffsets: number,
  registerBrokerRecord: number,
  registerControllerRecord: number,
  partitionRecord: number,
): MetadataVersion {
  return {
    level,
    name,
    metadataChanged,
    fetch,
    listOffsets,
    registerBrokerRecord,
    registerControllerRecord,
    partitionRecord,
  }
}

/** The lowest level that Kafka 4 starts with; below it there is ZooKeeper. */
export const metadataVersionMin = 7
/** The newest that is not under test: what `kafka-storage format` gives. */
export const metadataVersionMax = 30

export function metadataVersion(level: number): MetadataVersion | undefined {
  return metadataVersions.find((each) => each.level === level)
}

/** A level by the name of a version (4.3-IV0) or of a release (4.3: its last level). */
export function metadataVersionOf(text: string): MetadataVersion | undefined {
  const asked = /^([^.]*\.[^.]*)\.+[^.]/.exec(text)?.[1] ?? text
  return (
    metadataVersions.find(({ name }) => name === asked) ??
    metadataVersions.findLast(({ name }) => name.startsWith(`${asked}-IV`))
  )
}

export interface Feature {
  readonly name: string
  readonly minimum: number
  readonly maximum: number
  /** For each level the lowest metadata.version whose fresh cluster has it. */
  readonly since: readonly number[]
  /** What a level needs of other features. */
  readonly needs?: { readonly [level: number]: { readonly [feature: string]: number } }
}

/** All but metadata.version. */
export const features: readonly Feature[] = [
  { name: 'kraft.version', minimum: 0, maximum: 1, since: [7, 21] },
  { name: 'transaction.version', minimum: 0, maximum: 2, since: [7, 24, 24] },
  { name: 'group.version', minimum: 0, maximum: 1, since: [7, 22] },
  {
    name: 'eligible.leader.replicas.version',
    minimum: 0,
    maximum: 1,
    since: [7, 26],
    needs: { 1: { 'metadata.version': 23 } },
  },
  { name: 'share.version', minimum: 0, maximum: 1, since: [7, 28] },
  { name: 'streams.version', minimum: 0, maximum: 1, since: [7, 29] },
]

/** The highest level of the feature that a cluster formatted at this metadata.version begins with. */
export function freshLevel({ since }: Feature, metadataVersionLevel: number): number {
  return since.findLastIndex((level) => level <= metadataVersionLevel)
}

/**
 * What `kafka-storage format` writes for a new cluster, as FeatureLevelRecords. kraft.version is not among them: it is a
 * control record of the quorum, and stays 0 with static voters.
 */
export function freshFeatures(level = metadataVersionMax): ReadonlyMap<string, number> {
  const levels = new Map([['metadata.version', level]])
  for (const feature of features) {
    if (feature.name === 'kraft.version') continue
    const fresh = freshLevel(feature, level)
    if (fresh > 0) levels.set(feature.name, fresh)
  }
  return levels
}

/** What a broker or controller says it supports, metadata.version included (ApiVersions, RegisterBrokerRecord). */
export function supportedFeatures(): { name: string; minimum: number; maximum: number }[] {
  const metadata = {
    name: 'metadata.version',
    minimum: metadataVersionMin,
    maximum: metadataVersionMax,
  }
  return [metadata, ...features.map(({ name, minimum, maximum }) => ({ name, minimum, maximum }))]
}
