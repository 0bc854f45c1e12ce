/**
 * A client's view of a cluster: which brokers there are, who leads which partition, and connections to them. Nothing happens
 * before the first question.
 */
import { metadata } from '../protocol/apis/metadata.ts'
import { errorName, KafkaError } from '../protocol/errors.ts'
import type { AnyApi, ResponseOf, SentRequestOf } from '../protocol/schema.ts'
import type { CallOptions, Connection } from '../wire/connection.ts'
import { controllersOf } from './controllers.ts'
import { Links, type Purpose } from './links.ts'
import { type Leader, type MetadataAnswer, MetadataCache } from './metadata-cache.ts'
import { type Attempt, retrying } from './retry.ts'
import { type ClientOptions, type ClientSettings, clientSettings } from './settings.ts'

export type CallWanted = { callName: string; timeoutMs?: number | undefined }

export class Cluster {
  readonly settings: ClientSettings
  readonly cache = new MetadataCache()
  readonly #links: Links
  readonly #watched = new Set<string>()
  #watchesAll = false
  #refreshing: Promise<void> | null = null
  /** The topics that the last refresh asks for; null is all. */
  #refreshed: ReadonlySet<string> | null = new Set()
  #refreshedAt = Number.NEGATIVE_INFINITY
  #isStale = true

  constructor(options: ClientOptions) {
    this.settings = clientSettings(options)
    this.#links = new Links(this.settings)
  }

  /** Any broker that answers: one with an open connection first, then known ones, then those of the bootstrap list. */
  async any(): Promise<Connection> {
    const { bootstrap, host } = this.settings
    const known = shuffled(this.cache.brokers.keys(), () => host.random.number()).map(
      (id) => this.cache.addressOf(id)!,
    )
    const candidates = [...known, ...bootstrap]
    for (const address of candidates) {
      const open = this.#links.ready(address, 'general')
      if (open !== null) return open
    }
    // A broker that could not be reached a moment ago may be back, but another one is the better bet.
    const rested = candidates.filter((each) => !this.#links.isFailing(each, 'general'))
    const failing = candidates.filter((each) => this.#links.isFailing(each, 'general'))
    let last: unknown
    for (const address of [...rested, ...failing]) {
      try {
        return await this.#links.get(address, 'general')
      } catch (error) {
        if (!(error instanceof KafkaError) || error.error !== 'NETWORK_EXCEPTION') throw error
        last = error
      }
    }
    throw last
  }

  /** A connection to this broker; NETWORK_EXCEPTION also where the metadata do not name it. */
  broker(id: number, purpose: Purpose = 'general'): Promise<Connection> {
    const address = this.cache.addressOf(id)
    if (address !== null) return this.#links.get(address, purpose)
    this.#isStale = true
    return Promise.reject(new KafkaError('NETWORK_EXCEPTION', `broker ${id} is not known`))
  }

  /** The connection if it is there already. */
  openTo(id: number, purpose: Purpose = 'general'): Connection | null {
    const address = this.cache.addressOf(id)
    return address === null ? null : this.#links.ready(address, purpose)
  }

  /** The broker that the metadata name as controller; with KRaft it is any, and hands on what is for the controller. */
  async controller(): Promise<Connection> {
    await this.ensureFresh()
    const { controllerId } = this.cache
    return controllerId < 0 ? this.any() : this.broker(controllerId)
  }

  leaderOf(topic: string, partition: number): Leader | null {
    return this.cache.leaderOf(topic, partition)
  }

  /** Asks for metadata, of these topics or of all (null), and keeps the answer. */
  async metadata(
    topics: readonly string[] | null,
    { create = false, on }: { create?: boolean; on?: Connection } = {},
  ): Promise<MetadataAnswer> {
    const connection = on ?? (await this.any())
    if (this.settings.viaControllers) return this.#controllers(connection)
    const answer = await connection.call(metadata, {
      topics: topics === null ? null : topics.map((name) => ({ name })),
      allowAutoTopicCreation: create,
    })
    if (answer.errorCode !== 0) throw new KafkaError(errorName(answer.errorCode))
    this.cache.update(answer, { complete: topics === null })
    return answer
  }

  // Controllers know no metadata of topics; they tell of each other.
  async #controllers(connection: Connection): Promise<MetadataAnswer> {
    const answer = await controllersOf(connection)
    this.cache.update(answer, { complete: false })
    return answer
  }

  /** From now on `refresh` asks for these topics, too. */
  watch(topics: Iterable<string>): void {
    for (const topic of topics) {
      if (this.#watched.has(topic)) continue
      this.#watched.add(topic)
      this.#isStale = true
    }
  }

  /** From now on `refresh` asks for all topics, for one who chooses among them. */
  watchAll(): void {
    if (!this.#watchesAll) this.#isStale = true
    this.#watchesAll = true
  }

  unwatch(topics: Iterable<string>): void {
    for (const topic of topics) this.#watched.delete(topic)
  }

  /** Asks anew for the brokers and the watched topics; those who ask at the same time share one answer. */
  refresh({ create = false } = {}): Promise<void> {
    if (this.#refreshing !== null) {
      const covers =
        this.#refreshed === null || [...this.#watched].every((topic) => this.#refreshed!.has(topic))
      return covers ? this.#refreshing : this.#refreshing.then(() => this.refresh({ create }))
    }
    this.#isStale = false
    const { clock } = this.settings.host
    this.#refreshed = this.#watchesAll ? null : new Set(this.#watched)
    this.#refreshing = this.metadata(this.#refreshed === null ? null : [...this.#refreshed], {
      create,
    })
      .then(
        () => {
          this.#refreshedAt = clock.monotonic()
        },
        (error) => {
          this.#isStale = true
          throw error
        },
      )
      .finally(() => {
        this.#refreshing = null
      })
    return this.#refreshing
  }

  /** To be called when an answer shows that the metadata are old. */
  distrust(): void {
    this.#isStale = true
  }

  /** Whether what is known here is old, or something was seen that does not go with it. */
  get isStale(): boolean {
    const age = this.settings.host.clock.monotonic() - this.#refreshedAt
    return this.#isStale || age > this.settings.metadataMaxAgeMs
  }

  /** Refreshes what is old or distrusted. */
  async ensureFresh(options: { create?: boolean } = {}): Promise<void> {
    if (this.isStale) await this.refresh(options)
  }

  /** Tries again, with fresh metadata where an error asks for them, until the time is over. */
  retrying<T>(
    { callName, timeoutMs = this.settings.defaultApiTimeoutMs }: CallWanted,
    attempt: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    return retrying(this.settings, { callName, timeoutMs }, attempt, (error) => {
      if (error.fate === 'refresh' || error.error === 'NOT_CONTROLLER') this.#isStale = true
    })
  }

  /** What `use` makes of the connection that `find` gives, tried again as `retrying` does. */
  on<T>(
    wanted: CallWanted,
    find: () => Promise<Connection>,
    use: (connection: Connection, attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    return this.retrying(wanted, async (attempt) => {
      const connection = await find()
      attempt.reached = true
      return use(connection, attempt)
    })
  }

  /** One question to a broker that `find` gives; what it answers is not looked at. */
  ask<A extends AnyApi>(
    wanted: CallWanted,
    find: () => Promise<Connection>,
    api: A,
    request: SentRequestOf<A>,
    options: CallOptions = {},
  ): Promise<ResponseOf<A>> {
    return this.on(wanted, find, (connection, { leftMs }) => {
      const timeoutMs = Math.min(this.settings.requestTimeoutMs, leftMs)
      return connection.call(api, request, { timeoutMs, ...options })
    })
  }

  close(): void {
    this.#links.close()
  }
}

function shuffled<T>(items: Iterable<T>, chance: () => number): T[] {
  const list = [...items]
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(chance() * (i + 1))
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  return list
}
