import type { TopicImage } from './image.ts'

/** What one committed batch (or snapshot) changed, for those who act on it. */
export interface MetadataDelta {
  /** Everything may have changed: a snapshot replaced the image. */
  snapshot: boolean
  readonly topicsCreated: Set<string>
  /** As they were. A topic that was deleted and made anew stands in both. */
  readonly topicsDeleted: Map<string, TopicImage>
  /** By topic name: the partitions that are new or have changed. */
  readonly partitions: Map<string, Set<number>>
  /** By resource type, the names of the resources. */
  readonly configs: Map<number, Set<string>>
  readonly brokers: Set<number>
  features: boolean
  clientQuotas: boolean
}

export function emptyDelta(): MetadataDelta {
  return {
    snapshot: false,
    topicsCreated: new Set(),
    topicsDeleted: new Map(),
    partitions: new Map(),
    configs: new Map(),
    brokers: new Set(),
    features: false,
    clientQuotas: false,
  }
}

export function touchPartition(delta: MetadataDelta, topic: string, partition: number): void {
  const known = delta.partitions.get(topic)
  if (known === undefined) delta.partitions.set(topic, new Set([partition]))
  else known.add(partition)
}

export function touchConfig(delta: MetadataDelta, type: number, name: string): void {
  const known = delta.configs.get(type)
  if (known === undefined) delta.configs.set(type, new Set([name]))
  else known.add(name)
}
