/** The cluster's topics as the core asks for them. Their hashes are remembered: each is asked for by every group. */
import { topicHash } from '../../groups/topic-hash.ts'
import type { Topic, Topics } from '../../groups/world.ts'
import type { MetadataDelta } from '../../metadata/delta.ts'
import type { MetadataImage, TopicImage } from '../../metadata/image.ts'

export class ClusterTopics implements Topics {
  readonly #image: () => MetadataImage
  readonly #hashes = new Map<string, bigint>()
  version = 0

  constructor(image: () => MetadataImage) {
    this.#image = image
  }

  get offset(): bigint {
    return this.#image().offset
  }

  byName(name: string): Topic | undefined {
    return this.#topic(this.#image().topicsByName.get(name))
  }

  byId(id: string): Topic | undefined {
    return this.#topic(this.#image().topicsById.get(id))
  }

  names(): Iterable<string> {
    return this.#image().topicsByName.keys()
  }

  /** Null: everything may have. */
  changed(delta: MetadataDelta | null): void {
    if (delta === null || delta.snapshot || delta.brokers.size > 0) {
      this.#hashes.clear()
    } else {
      const { partitions, topicsCreated, topicsDeleted } = delta
      if (partitions.size + topicsCreated.size + topicsDeleted.size === 0) return
      for (const name of partitions.keys()) this.#hashes.delete(name)
      for (const name of topicsCreated) this.#hashes.delete(name)
      for (const name of topicsDeleted.keys()) this.#hashes.delete(name)
    }
    this.version++
  }

  #topic(image: TopicImage | undefined): Topic | undefined {
    return image && new ClusterTopic(image, this.#hashOf)
  }

  readonly #hashOf = ({ id, name, partitions }: TopicImage): bigint => {
    const known = this.#hashes.get(name)
    if (known !== undefined) return known
    const { brokers } = this.#image()
    const racks = partitions.map(({ replicas }) =>
      replicas.flatMap((broker) => brokers.get(broker)?.rack ?? []),
    )
    const hash = topicHash({ id, name, racks })
    this.#hashes.set(name, hash)
    return hash
  }
}

/** A class, since every commit makes one: a getter in a literal is made anew each time, which costs more than all the rest. */
class ClusterTopic implements Topic {
  readonly id: string
  readonly name: string
  readonly partitionCount: number
  readonly #image: TopicImage
  readonly #hashOf: (image: TopicImage) => bigint

  constructor(image: TopicImage, hashOf: (image: TopicImage) => bigint) {
    this.id = image.id
    this.name = image.name
    this.partitionCount = image.partitions.length
    this.#image = image
    this.#hashOf = hashOf
  }

  get hash(): bigint {
    return this.#hashOf(this.#image)
  }
}
