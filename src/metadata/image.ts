/**
 * What the cluster knows, as plain maps. Only `applyRecord` changes an image. The values in the maps are replaced, never
 * changed, except the list of a topic's partitions and the map of a resource's configs: so a copy of an image costs its
 * containers only, and a broker may compare old and new by identity.
 */
import { type ResourceType, resourceTypes } from '../protocol/configs/resource-types.ts'
import type { MetadataRecord } from './records.ts'

export interface Endpoint {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly securityProtocol: number
}

export interface SupportedFeature {
  readonly name: string
  readonly minSupportedVersion: number
  readonly maxSupportedVersion: number
}

export interface BrokerImage {
  readonly id: number
  /** The offset of its registration. */
  readonly epoch: bigint
  readonly incarnationId: string
  readonly endpoints: readonly Endpoint[]
  readonly features: readonly SupportedFeature[]
  readonly rack: string | null
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
  readonly logDirs: readonly string[]
  /** Null: never told. */
  readonly cordonedLogDirs: readonly string[] | null
}

export interface ControllerImage {
  readonly id: number
  readonly incarnationId: string
  readonly endpoints: readonly Endpoint[]
  readonly features: readonly SupportedFeature[]
}

export interface PartitionImage {
  /** −1: none. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** Eligible leader replicas (KIP-966). */
  readonly elr: readonly number[]
  readonly lastKnownElr: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
  /** One for each replica, in their order. */
  readonly directories: readonly string[]
  /** 0 recovered, 1 recovering after an unclean election (KIP-704). */
  readonly leaderRecoveryState: number
}

export interface TopicImage {
  readonly name: string
  readonly id: string
  readonly partitions: PartitionImage[]
}

export interface QuotaEntity {
  readonly entityType: string
  /** Null: the default of that type. */
  readonly entityName: string | null
}

export interface QuotaImage {
  readonly entity: readonly QuotaEntity[]
  readonly quotas: ReadonlyMap<string, number>
}

export interface MetadataImage {
  /** The offset behind the last record that is in here, and its epoch. */
  offset: bigint
  epoch: number
  readonly features: Map<string, number>
  readonly brokers: Map<number, BrokerImage>
  readonly controllers: Map<number, ControllerImage>
  readonly topicsByName: Map<string, TopicImage>
  readonly topicsById: Map<string, TopicImage>
  /** Resource type, then resource name; the name of the cluster-wide broker default is empty. */
  readonly configs: Map<number, Map<string, Map<string, string>>>
  readonly clientQuotas: Map<string, QuotaImage>
  nextProducerId: bigint
  /** Who got the last block of producer ids: kept because a snapshot says it again. */
  producerIdsOwner: { readonly brokerId: number; readonly brokerEpoch: bigint } | null
  /** Records that we keep and hand on without acting on them (ACLs, SCRAM, tokens), by what replaces them. */
  readonly kept: Map<string, MetadataRecord>
}

export function emptyImage(): MetadataImage {
  return {
    offset: 0n,
    epoch: 0,
    features: new Map(),
    brokers: new Map(),
    controllers: new Map(),
    topicsByName: new Map(),
    topicsById: new Map(),
    configs: new Map(),
    clientQuotas: new Map(),
    nextProducerId: 0n,
    producerIdsOwner: null,
    kept: new Map(),
  }
}

/** An image that may be changed without the other one noticing. */
export function copyImage(image: MetadataImage): MetadataImage {
  const copy: MetadataImage = {
    ...image,
    features: new Map(image.features),
    brokers: new Map(image.brokers),
    controllers: new Map(image.controllers),
    topicsByName: new Map(),
    topicsById: new Map(),
    configs: new Map(),
    clientQuotas: new Map(image.clientQuotas),
    kept: new Map(image.kept),
  }
  for (const topic of image.topicsByName.values()) {
    const own = { ...topic, partitions: topic.partitions.slice() }
    copy.topicsByName.set(own.name, own)
    copy.topicsById.set(own.id, own)
  }
  for (const [type, resources] of image.configs) {
    const own = new Map<string, Map<string, string>>()
    for (const [name, values] of resources) own.set(name, new Map(values))
    copy.configs.set(type, own)
  }
  return copy
}

const none: ReadonlyMap<string, string> = new Map()

/** What was set for a resource, and nothing else: no defaults, no synonyms. */
export function configsOf(
  image: MetadataImage,
  type: ResourceType,
  name: string,
): ReadonlyMap<string, string> {
  return image.configs.get(resourceTypes[type])?.get(name) ?? none
}

/** `metadata.version` of a cluster that has not said any: the lowest that KRaft knows. */
export function metadataVersionOf(image: MetadataImage): number {
  return image.features.get('metadata.version') ?? 0
}

/** Eligible leader replicas (KIP-966) are kept. */
export function elrEnabled(image: MetadataImage): boolean {
  return (image.features.get('eligible.leader.replicas.version') ?? 0) > 0
}
