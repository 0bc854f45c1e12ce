/**
 * One broker, put together: log directories, metadata quorum, replicas, coordinators, listeners. Everything that it
 * touches outside itself comes in through `host`, so that a simulated world can hold many of them.
 */
import { dirname } from 'node:path'
import { assert } from '../base/assert.ts'
import { type Deferred, deferred } from '../base/deferred.ts'
import { zeroUuid } from '../base/uuid.ts'
import type { Clock } from '../host/clock.ts'
import type { Disk } from '../host/disk.ts'
import type { Net } from '../host/net.ts'
import type { Random } from '../host/random.ts'
import { LogManager } from '../log/log-manager.ts'
import { emptyImage, type MetadataImage } from '../metadata/image.ts'
import type { Properties } from '../protocol/configs/effective.ts'
import type { KafkaError } from '../protocol/errors.ts'
import type { AliveBroker, Broker, Endpoint } from './broker.ts'
import type { Card } from './card.ts'
import { aliveBrokers, endpointOf, fencedBrokers } from './endpoints.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { followAll, followMetadata } from './follow-metadata.ts'
import { historyFile } from './groups/history-file.ts'
import { groupJournal } from './groups/journal.ts'
import { GroupCoordinator } from './groups.ts'
import { offsetsTopic, transactionsTopic } from './internal-topics.ts'
import { Listeners } from './listen.ts'
import { unixListener } from './listeners.ts'
import type { Logger } from './logger.ts'
import { nodeId, tcpListener } from './node-identity.ts'
import { fetcherLinks, QuorumPeers } from './node-links.ts'
import { checkProperties, own, withGuesses } from './own-configs.ts'
import { ProducerIds, producerIdBlock } from './producer-ids.ts'
import { diskFiles } from './quorum/disk-files.ts'
import { MetadataQuorum } from './quorum.ts'
import { registrationOf } from './registration.ts'
import { Replicas } from './replicas.ts'
import { Replication } from './replication.ts'
import { Settings } from './settings.ts'
import { TopicCreation } from './topic-creation.ts'
import { Transactions } from './transactions.ts'
import { membership } from './voters.ts'

export interface Host {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly net: Net
}

export interface NodeOptions {
  readonly host: Host
  readonly logger: Logger
  /** The properties file with the overrides of the command line. */
  readonly properties: Properties
}

interface Parts {
  readonly brokerId: number
  readonly settings: Settings
  readonly logs: LogManager
  readonly metadata: { image: MetadataImage }
}

export class BrokerNode implements Broker {
  readonly id: number
  readonly clusterId: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly settings: Settings
  readonly logs: LogManager
  readonly replicas: Replicas
  readonly groups: GroupCoordinator
  readonly transactions: Transactions
  readonly producerIds: ProducerIds
  readonly fetchSessions: FetchSessions
  readonly replication: Replication
  readonly #options: NodeOptions
  readonly #metadata: { image: MetadataImage }
  readonly #listeners: Listeners
  readonly #topics: TopicCreation
  readonly #ready: Deferred<void> = deferred()
  readonly #quorumReady: Deferred<void> = deferred()
  readonly #peers: QuorumPeers
  readonly #failure: Deferred<Error> = deferred()
  #quorum: MetadataQuorum | null = null

  /** Locks and opens the log directories. Throws KafkaError for a bad configuration or a directory that is held. */
  static async open(options: NodeOptions): Promise<BrokerNode> {
    const { host, logger } = options
    const properties = withGuesses(options.properties)
    for (const warning of checkProperties(properties)) logger.warn({}, warning)
    const metadata = { image: emptyImage() }
    const brokerId = nodeId(properties)
    const settings = new Settings({ brokerId, fixed: properties, image: () => metadata.image })
    const logs = await LogManager.open({
      ...host,
      logger,
      directories: settings.get('log.dirs') ?? settings.get('log.dir'),
      metadataDirectory: settings.get('metadata.log.dir'),
      nodeId: brokerId,
      clusterId: own(properties, 'jackdaw.cluster.id'),
      settings: settings.broker,
    })
    return new BrokerNode({ ...options, properties }, { brokerId, settings, logs, metadata })
  }

  private constructor(options: NodeOptions, { brokerId, settings, logs, metadata }: Parts) {
    const { host, logger, properties } = options
    const { clock, random } = host
    this.id = brokerId
    this.clusterId = logs.clusterId
    this.clock = clock
    this.random = random
    this.logger = logger
    this.settings = settings
    this.logs = logs
    this.#options = options
    this.#metadata = metadata
    const image = () => metadata.image
    this.replicas = new Replicas({
      brokerId,
      logs,
      clock,
      logger,
      settings,
      image,
      onLeadership: (topic, partition, leaderEpoch) =>
        this.#leadershipChanged(topic, partition, leaderEpoch),
      onEffects: (hosted, effects) => this.replication.act(hosted, effects),
      onPlaced: (hosted) => this.replication.placed(hosted),
    })
    this.#peers = new QuorumPeers({
      host,
      brokerId,
      settings,
      properties,
      placeOf: (id) => this.#quorum?.places.of(id) ?? null,
      onGone: (id) => this.#quorum?.peerGone(id),
    })
    const interBroker =
      own(properties, 'jackdaw.socket') === null ? tcpListener(settings) : unixListener
    const endpointOf = (id: number) => this.endpointOf(id, interBroker)
    this.replication = new Replication({
      brokerId,
      clock,
      logger,
      settings,
      image,
      links: fetcherLinks({ host, brokerId, settings, endpointOf }),
      quorum: () => this.quorum,
      logs,
      hosted: () => this.replicas.all(),
    })
    const slots = settings.get('max.incremental.fetch.session.cache.slots')
    this.fetchSessions = new FetchSessions({ slots, random, clock })
    this.producerIds = new ProducerIds(() => producerIdBlock(this.quorum, this.id))
    this.groups = new GroupCoordinator({
      journal: groupJournal(this),
      clock,
      random,
      logger,
      settings,
      image,
      hosted: () => this.replicas.all(),
      historyFile: historyFile(own(properties, 'jackdaw.history.file'), host.disk, logger),
    })
    this.transactions = new Transactions({ host, broker: this, endpointOf })
    logs.onDirectoryOffline((_, cause) => this.#directoryFailed(cause))
    this.#topics = new TopicCreation({ clock, settings, image, quorum: () => this.quorum })
    this.#listeners = new Listeners({
      ...host,
      broker: this,
      properties,
      ready: this.#ready.promise,
      quorumReady: this.#quorumReady.promise,
    })
  }

  get image(): MetadataImage {
    return this.#metadata.image
  }

  get quorum(): MetadataQuorum {
    assert(this.#quorum !== null, 'requests wait until the quorum is open')
    return this.#quorum
  }

  /** Resolves with the reason when this broker can no longer be one. */
  get failed(): Promise<Error> {
    return this.#failure.promise
  }

  describe(): Omit<Card, 'pid' | 'identity' | 'state' | 'startedAt'> {
    const endpoints = this.#listeners.endpoints()
    const tcp = endpoints.find(({ name }) => name !== unixListener)
    return {
      id: this.id,
      roles: this.settings.get('process.roles'),
      clusterId: this.clusterId,
      socket: endpoints.find(({ name }) => name === unixListener)?.host ?? '',
      address: tcp === undefined ? '' : `${tcp.host}:${tcp.port}`,
      dataDirectory: this.logs.directoryPlaces()[0]?.path ?? '',
    }
  }

  /** Takes part in the quorum, registers, hosts its replicas; then it answers. */
  async start(): Promise<void> {
    const { host, logger, properties } = this.#options
    await this.#listeners.bind()
    const log = this.logs.metadataLog()
    const root = dirname(log.directory)
    const controllerEndpoints = this.#listeners.endpoints('controller')
    const quorum = await MetadataQuorum.open({
      clock: host.clock,
      random: host.random,
      logger,
      log,
      files: diskFiles(host.disk, log.directory),
      rootFiles: diskFiles(host.disk, root),
      nodeId: this.id,
      clusterId: this.clusterId,
      settings: () => this.settings.broker,
      directoryId: this.logs.directoryPlaces().find(({ path }) => path === root)?.id ?? zeroUuid,
      ...membership(properties, this.settings, { nodeId: this.id, endpoints: controllerEndpoints }),
      peers: this.#peers,
      registration: registrationOf({
        listeners: this.#listeners,
        settings: this.settings,
        logs: this.logs,
        random: host.random,
      }),
      onFailure: (cause) => this.#failure.resolve(cause),
    })
    this.#quorum = quorum
    this.#quorumReady.resolve()
    this.#metadata.image = quorum.image
    this.settings.refresh()
    await this.logs.load({ config: (topic) => this.settings.log(topic) })
    await quorum.join(() => {
      followAll(this, this.image)
      quorum.onCommitted((delta) => followMetadata(this, this.image, delta))
    })
    // Only now is the metadata known to be whole.
    this.replicas.putStraysAside()
    this.replication.start()
    this.#ready.resolve()
    logger.info({ endpoints: this.#listeners.endpoints() }, 'ready')
  }

  /** Finishes answers, flushes, leaves the marks of a clean stop. */
  async close(): Promise<void> {
    // Whoever leads instead is found before anybody is turned away.
    await this.#quorum?.leave()
    await this.#listeners.close()
    this.replication.close()
    await this.transactions.close()
    await this.groups.close()
    await this.#quorum?.close()
    this.#peers.close()
    const brokerEpoch = this.#quorum?.brokerEpoch ?? -1n
    await this.logs.close({ brokerEpoch })
  }

  endpointOf(brokerId: number, listener: string): Endpoint | null {
    return endpointOf(this.image, brokerId, listener)
  }

  aliveBrokers(listener: string): AliveBroker[] {
    return aliveBrokers(this.image, listener)
  }

  fencedBrokers(listener: string): AliveBroker[] {
    return fencedBrokers(this.image, listener)
  }

  ensureInternalTopic(name: string): Promise<void> {
    return this.#topics.ensureInternal(name)
  }

  autoCreateTopics(names: readonly string[]): Promise<void> {
    return this.#topics.autoCreate(names)
  }

  /** Without its metadata, or without any directory, a broker is none. */
  #directoryFailed(cause: KafkaError): void {
    const { logs } = this
    const usable = logs.directoryPlaces().some(({ online }) => online)
    if (!usable || logs.metadataLog().offline) this.#failure.resolve(cause)
    // Who waits for a partition that is gone hears of it.
    for (const hosted of this.replicas.all()) hosted.wake()
  }

  #leadershipChanged(topic: string, partition: number, leaderEpoch: number | null): void {
    const coordinator =
      topic === offsetsTopic ? this.groups : topic === transactionsTopic ? this.transactions : null
    if (leaderEpoch === null) coordinator?.unload(partition)
    else coordinator?.load(partition, leaderEpoch)
  }
}
