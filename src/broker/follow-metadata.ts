/** What this broker does when the metadata changes: begin or cease to lead, create and delete replicas, obey new settings. */
import type { MetadataDelta } from '../metadata/delta.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { resourceTypes } from '../protocol/configs/resource-types.ts'
import type { GroupCoordinator } from './groups.ts'
import type { Replicas } from './replicas.ts'
import type { Settings } from './settings.ts'

export interface Followers {
  readonly settings: Settings
  readonly replicas: Replicas
  readonly groups: GroupCoordinator
}

export function followMetadata(
  { settings, replicas, groups }: Followers,
  image: MetadataImage,
  delta: MetadataDelta,
): void {
  if (delta.snapshot) return followAll({ settings, replicas, groups }, image)
  groups.onMetadata(delta)
  const deleted = [...delta.topicsDeleted.keys()]
  for (const name of deleted) {
    settings.topicChanged(name)
    replicas.topicDeleted(name)
  }
  if (deleted.length > 0) groups.onTopicsDeleted(deleted)
  const brokerChanged = delta.configs.has(resourceTypes.broker) || delta.features
  if (brokerChanged) settings.refresh()
  const topics = delta.configs.get(resourceTypes.topic) ?? []
  for (const name of topics) settings.topicChanged(name)
  for (const [name, partitions] of delta.partitions) replicas.topicChanged(name, partitions)
  const reconfigured = brokerChanged ? image.topicsByName.keys() : topics
  for (const name of reconfigured) replicas.configChanged(name)
}

/** At the start, and when a snapshot took the place of everything that was known. */
export function followAll({ settings, replicas, groups }: Followers, image: MetadataImage): void {
  settings.refresh()
  groups.onMetadata(null)
  const gone = [...replicas.topics()].filter((name) => !image.topicsByName.has(name))
  for (const name of gone) replicas.topicDeleted(name)
  if (gone.length > 0) groups.onTopicsDeleted(gone)
  for (const [name, { partitions }] of image.topicsByName) {
    replicas.topicChanged(name, partitions.keys())
    replicas.configChanged(name)
  }
}
