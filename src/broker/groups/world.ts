/** What the core is told of this broker's settings and of the cluster's topics, at the moment of asking. */
import type { CoordinatorConfig, Topic, Topics } from '../../groups/world.ts'
import type { MetadataImage, TopicImage } from '../../metadata/image.ts'
import type { Settings } from '../settings.ts'

const minuteMs = 60_000

export function coordinatorConfig(settings: Settings): CoordinatorConfig {
  return {
    get groupMinSessionTimeoutMs() {
      return settings.get('group.min.session.timeout.ms')
    },
    get groupMaxSessionTimeoutMs() {
      return settings.get('group.max.session.timeout.ms')
    },
    get groupMaxSize() {
      return settings.get('group.max.size')
    },
    get groupInitialRebalanceDelayMs() {
      return settings.get('group.initial.rebalance.delay.ms')
    },
    get offsetMetadataMaxBytes() {
      return settings.get('offset.metadata.max.bytes')
    },
    get offsetsRetentionMs() {
      return settings.get('offsets.retention.minutes') * minuteMs
    },
  }
}

export function topicsOf(image: () => MetadataImage): Topics {
  return {
    byName: (name) => topic(image().topicsByName.get(name)),
    byId: (id) => topic(image().topicsById.get(id)),
  }
}

function topic(image: TopicImage | undefined): Topic | undefined {
  if (image === undefined) return undefined
  return { id: image.id, name: image.name, partitionCount: image.partitions.length }
}
