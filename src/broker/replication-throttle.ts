/**
 * The limit on what replicas that are not in sync may copy (KIP-73), on the side of the leader or of the follower:
 * `<side>.replication.throttled.rate` of the broker, for the replicas in the topic's `<side>.replication.throttled.replicas`. Without
 * it a reassignment takes all that disk and network give, and clients wait.
 */
import type { Clock } from '../host/clock.ts'
import { configsOf, type MetadataImage } from '../metadata/image.ts'
import { RateWindow } from '../partition/rate-window.ts'
import { isThrottledReplica } from '../partition/throttled-replicas.ts'
import type { Settings } from './settings.ts'

export interface ThrottleOptions {
  readonly side: 'leader' | 'follower'
  readonly brokerId: number
  readonly clock: Clock
  readonly settings: Settings
  readonly image: () => MetadataImage
}

const lists = {
  leader: 'leader.replication.throttled.replicas',
  follower: 'follower.replication.throttled.replicas',
} as const

export class ReplicationThrottle {
  readonly #options: ThrottleOptions
  readonly #window: RateWindow
  readonly #rateName: string
  readonly #brokerName: string

  constructor(options: ThrottleOptions) {
    this.#options = options
    const { settings, side, brokerId } = options
    this.#rateName = `${side}.replication.throttled.rate`
    this.#brokerName = String(brokerId)
    this.#window = new RateWindow({
      count: settings.get('replication.quota.window.num'),
      lengthMs: settings.get('replication.quota.window.size.seconds') * 1000,
    })
  }

  /** Whether this replica counts. */
  holds(topic: string, partition: number): boolean {
    if (this.#rate() === null) return false
    const { side, brokerId, settings } = this.#options
    const list = settings.topic(topic).get(lists[side])
    return isThrottledReplica(list, { partition, brokerId })
  }

  /** Whether a replica that counts has to wait. */
  get isExceeded(): boolean {
    const rate = this.#rate()
    return rate !== null && this.#window.bytesPerSecond(this.#options.clock.monotonic()) > rate
  }

  record(bytes: number): void {
    if (bytes > 0) this.#window.record(bytes, this.#options.clock.monotonic())
  }

  /** Kafka declares it for none but the metadata: it is only ever set while brokers run. */
  #rate(): number | null {
    const image = this.#options.image()
    const text =
      configsOf(image, 'broker', this.#brokerName).get(this.#rateName) ??
      configsOf(image, 'broker', '').get(this.#rateName)
    return text === undefined ? null : Number(text)
  }
}
