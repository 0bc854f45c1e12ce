/** The features that this software knows (KIP-584), and what each metadata.version implies. Source: Apache Kafka 4.3.1. */
import { KafkaError } from '../protocol/errors.ts'
import type { MetadataImage, SupportedFeature } from './image.ts'

/** In the order in which a fresh cluster's bootstrap records name them; `initial` is what such a cluster gets. */
export const features = [
  { name: 'metadata.version', lowest: 7, highest: 30, initial: 30 },
  { name: 'eligible.leader.replicas.version', lowest: 0, highest: 1, initial: 1 },
  { name: 'group.version', lowest: 0, highest: 1, initial: 1 },
  { name: 'share.version', lowest: 0, highest: 1, initial: 1 },
  { name: 'streams.version', lowest: 0, highest: 1, initial: 1 },
  { name: 'transaction.version', lowest: 0, highest: 2, initial: 2 },
  // Its level is the quorum's business: it never stands in a FeatureLevelRecord.
  { name: 'kraft.version', lowest: 0, highest: 1, initial: 0 },
] as const

export const supportedFeatures: readonly SupportedFeature[] = features.map(
  ({ name, lowest, highest }) => ({
    name,
    minSupportedVersion: lowest,
    maxSupportedVersion: highest,
  }),
)

/** What a record says of a feature. A level of a newer Kafka is refused: its records mean what we cannot know. */
export function setFeature(
  { features: levels }: MetadataImage,
  { name, featureLevel }: { name: string; featureLevel: number },
): void {
  const known = features.find((each) => each.name === name)
  if (featureLevel > (known?.highest ?? 0)) {
    const knows = known === undefined ? 'does not know it' : `knows it up to ${known.highest}`
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `the metadata in this log directory have ${name} at level ${featureLevel}, and Jackdaw ${knows}: lower it with the Kafka that wrote it (kafka-features downgrade), or give another directory in log.dirs`,
    )
  }
  if (featureLevel === 0) levels.delete(name)
  else levels.set(name, featureLevel)
}

/** Feature level, name, the versions of RegisterBrokerRecord and of partition records, and whether its records say anything new. */
const metadataVersions = [
  [7, '3.3-IV3', 1, 0, true],
  [8, '3.4-IV0', 2, 0, true],
  [9, '3.5-IV0', 2, 0, false],
  [10, '3.5-IV1', 2, 0, false],
  [11, '3.5-IV2', 2, 0, true],
  [12, '3.6-IV0', 2, 0, false],
  [13, '3.6-IV1', 2, 0, true],
  [14, '3.6-IV2', 2, 0, true],
  [15, '3.7-IV0', 2, 0, true],
  [16, '3.7-IV1', 2, 0, false],
  [17, '3.7-IV2', 3, 1, true],
  [18, '3.7-IV3', 3, 1, false],
  [19, '3.7-IV4', 3, 1, false],
  [20, '3.8-IV0', 3, 1, false],
  [21, '3.9-IV0', 3, 1, false],
  [22, '4.0-IV0', 3, 1, false],
  [23, '4.0-IV1', 3, 2, true],
  [24, '4.0-IV2', 3, 2, false],
  [25, '4.0-IV3', 3, 2, false],
  [26, '4.1-IV0', 3, 2, false],
  [27, '4.1-IV1', 3, 2, false],
  [28, '4.2-IV0', 3, 2, false],
  [29, '4.2-IV1', 3, 2, false],
  [30, '4.3-IV0', 4, 2, true],
] as const

export interface RecordVersions {
  readonly level: number
  readonly registerBroker: number
  readonly partition: number
  /** RegisterControllerRecord exists (KIP-919). */
  readonly controllers: boolean
  /** Directories of replicas are kept (KIP-858). */
  readonly directories: boolean
  /** An ISR that shrinks begins a new leader epoch: before 3.6 brokers needed that (KAFKA-15021). */
  readonly epochBumpOnShrink: boolean
}

/** Which versions of the records may be written, so that every member of the cluster can read them. */
export function recordVersions(image: MetadataImage): RecordVersions {
  const level = image.features.get('metadata.version') ?? 7
  const found = metadataVersions.find(([each]) => each === level) ?? metadataVersions.at(-1)!
  const [, , registerBroker, partition] = found
  return {
    level,
    registerBroker,
    partition,
    controllers: level >= 15,
    directories: level >= 17,
    epochBumpOnShrink: level < 12,
  }
}

export function metadataVersionName(level: number): string | undefined {
  return metadataVersions.find(([each]) => each === level)?.[1]
}

/** A downgrade that passes one of these would forget what the newer records say. */
export function metadataChangesBetween(lower: number, higher: number): boolean {
  return metadataVersions.some(
    ([level, , , , changed]) => changed && level > lower && level <= higher,
  )
}

/** The levels at which a feature needs another one. */
export function dependencyFault(levels: ReadonlyMap<string, number>): string | null {
  const level = levels.get('eligible.leader.replicas.version') ?? 0
  const metadataVersion = levels.get('metadata.version') ?? 7
  if (level > 0 && metadataVersion < 23) {
    return `eligible.leader.replicas.version could not be set to ${level} because it depends on metadata.version level 23`
  }
  return null
}
