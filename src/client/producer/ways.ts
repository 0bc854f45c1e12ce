/** Keeps the ways to the leaders open for a sender: metadata that name them, and connections. */
import { KafkaError } from '../../protocol/errors.ts'
import { backoffMs } from '../backoff.ts'
import type { Cluster } from '../cluster.ts'

export type WaysEvents = {
  /** Metadata or a connection have come, or an attempt has failed. */
  changed(): void
  /** Whether some partition that has records still has no leader. */
  isLeaderless(): boolean
}

export class Ways {
  readonly #cluster: Cluster
  readonly #events: WaysEvents
  readonly #connecting = new Set<number>()
  #isRefreshing = false
  #failures = 0
  #isClosed = false

  constructor(cluster: Cluster, events: WaysEvents) {
    this.#cluster = cluster
    this.#events = events
  }

  close(): void {
    this.#isClosed = true
  }

  connect(brokerId: number): void {
    if (this.#connecting.has(brokerId)) return
    this.#connecting.add(brokerId)
    this.#cluster.broker(brokerId).then(
      () => {
        this.#connecting.delete(brokerId)
        this.#events.changed()
      },
      () => {
        // Meanwhile somebody else may lead; the back-off of the connection is the pause.
        this.#connecting.delete(brokerId)
        this.#cluster.distrust()
        this.refresh()
      },
    )
  }

  /** Asks for metadata until they name a leader for everything, with pauses. */
  refresh(): void {
    if (this.#isRefreshing || this.#isClosed) return
    this.#isRefreshing = true
    this.#cluster.refresh().then(
      () => this.#refreshed(!this.#events.isLeaderless()),
      (error) => {
        if (!(error instanceof KafkaError)) throw error
        this.#refreshed(false)
      },
    )
  }

  #refreshed(isEnough: boolean): void {
    this.#isRefreshing = false
    if (isEnough) this.#failures = 0
    else this.#refreshLater()
    this.#events.changed()
  }

  #refreshLater(): void {
    if (this.#isClosed) return
    const { retryBackoffMs, retryBackoffMaxMs, host } = this.#cluster.settings
    const waitMs = backoffMs(this.#failures++, {
      firstMs: retryBackoffMs,
      maxMs: retryBackoffMaxMs,
      chance: host.random.number(),
    })
    this.#isRefreshing = true
    const again = () => {
      this.#isRefreshing = false
      this.refresh()
    }
    host.clock.schedule(waitMs, again, { keepAlive: true })
  }
}
