/** Topics that come into being because somebody needs them: those of the coordinators, and auto-created ones. */
import type { Clock } from '../host/clock.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { createTopics } from '../protocol/apis/create-topics.ts'
import { code, errorName, KafkaError } from '../protocol/errors.ts'
import { internalTopic, type NewTopic } from './internal-topics.ts'
import type { MetadataQuorum } from './quorum.ts'
import type { Settings } from './settings.ts'

export interface TopicCreationOptions {
  readonly clock: Clock
  readonly settings: Settings
  readonly image: () => MetadataImage
  readonly quorum: () => MetadataQuorum
}

const timeoutMs = 30_000

export class TopicCreation {
  readonly #options: TopicCreationOptions
  /** Many clients may ask for the same topic at once; the controller is asked once. */
  readonly #coming = new Map<string, Promise<void>>()

  constructor(options: TopicCreationOptions) {
    this.#options = options
  }

  /** @throws {KafkaError} what the controller says against it. */
  async ensureInternal(name: string): Promise<void> {
    const topic = internalTopic(name, this.#options.settings)
    if (topic !== null) await this.#ensure(topic)
  }

  /** What cannot be made is left out; the client finds it missing and is told why then. */
  async autoCreate(names: readonly string[]): Promise<void> {
    const { settings } = this.#options
    const counts = {
      numPartitions: settings.get('num.partitions'),
      replicationFactor: settings.get('default.replication.factor'),
      configs: [],
    }
    await Promise.allSettled(names.map((name) => this.#ensure({ name, ...counts })))
  }

  #ensure(topic: NewTopic): Promise<void> {
    if (this.#options.image().topicsByName.has(topic.name)) return Promise.resolve()
    const known = this.#coming.get(topic.name)
    if (known !== undefined) return known
    const coming = this.#create(topic).finally(() => this.#coming.delete(topic.name))
    this.#coming.set(topic.name, coming)
    return coming
  }

  async #create(topic: NewTopic): Promise<void> {
    const response = await this.#options.quorum().forward(createTopics, {
      topics: [{ ...topic, configs: [...topic.configs], assignments: [] }],
      timeoutMs,
      validateOnly: false,
    })
    const { errorCode = 0, errorMessage = null } = response.topics[0] ?? {}
    if (errorCode !== 0 && errorCode !== code('TOPIC_ALREADY_EXISTS')) {
      throw new KafkaError(errorName(errorCode), errorMessage)
    }
  }
}
