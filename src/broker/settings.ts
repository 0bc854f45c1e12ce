/** What this broker and its topics are told to do, at this moment: the properties file and what the metadata adds to it. */
import { type LogConfig, logConfig } from '../log/log-config.ts'
import { configsOf, elrEnabled, type MetadataImage } from '../metadata/image.ts'
import { BrokerConfigs, type Effective, type Properties } from '../protocol/configs/effective.ts'
import type { groupConfigs } from '../protocol/configs/group.ts'
import type { topicConfigs } from '../protocol/configs/topic.ts'

export class Settings {
  readonly #brokerId: number
  readonly #fixed: Properties
  readonly #image: () => MetadataImage
  #broker: BrokerConfigs
  readonly #topics = new Map<string, Effective<typeof topicConfigs>>()

  constructor(options: { brokerId: number; fixed: Properties; image: () => MetadataImage }) {
    this.#brokerId = options.brokerId
    this.#fixed = options.fixed
    this.#image = options.image
    this.#broker = new BrokerConfigs({ fixed: options.fixed })
  }

  get broker(): BrokerConfigs {
    return this.#broker
  }

  get: BrokerConfigs['get'] = (name) => this.#broker.get(name)

  /** Dynamic configurations changed: everything is derived anew. */
  refresh(): void {
    const image = this.#image()
    this.#broker = new BrokerConfigs({
      fixed: this.#fixed,
      clusterDefault: configsOf(image, 'broker', ''),
      broker: configsOf(image, 'broker', String(this.#brokerId)),
    })
    this.#topics.clear()
  }

  topicChanged(name: string): void {
    this.#topics.delete(name)
  }

  topic(name: string): Effective<typeof topicConfigs> {
    let known = this.#topics.get(name)
    if (known === undefined) {
      known = this.#broker.topic(configsOf(this.#image(), 'topic', name))
      this.#topics.set(name, known)
    }
    return known
  }

  group(id: string): Effective<typeof groupConfigs> {
    return this.#broker.group(configsOf(this.#image(), 'group', id))
  }

  log(topic: string): LogConfig {
    const effective = this.topic(topic)
    return logConfig((name) => effective.get(name))
  }

  /** With eligible leader replicas a broker's own setting does not count, only the cluster's and the topic's (KIP-966). */
  minInSyncReplicas(topic: string): number {
    const image = this.#image()
    if (!elrEnabled(image)) return this.topic(topic).get('min.insync.replicas')
    const text =
      configsOf(image, 'topic', topic).get('min.insync.replicas') ??
      configsOf(image, 'broker', '').get('min.insync.replicas')
    return text === undefined ? 1 : Number(text)
  }

  cleanupPolicies(topic: string): readonly string[] {
    return this.topic(topic).get('cleanup.policy')
  }
}
