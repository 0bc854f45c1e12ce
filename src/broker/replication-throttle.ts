/**
 * The limit on what replicas that are not in sync may copy (KIP-73), on the side of the leader or of the follower:
 * `<side>.replication.throttled.rate` of the broker, for the replicas in the topic's `<side>.replication.throttled.replicas`. Without
 * it a reassignment takes all that disk and network give, and clients wait.
 */
import type { Clock } from '../host/clock.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { isThrottledReplica } from '../partition/throttled-replicas.ts'
import { RateLimit } from './rate-limit.ts'
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
  readonly #limit: RateLimit

  constructor(options: ThrottleOptions) {
    this.#options = options
    const { settings, side } = options
    this.#limit = new RateLimit({
      ...options,
      name: `${side}.replication.throttled.rate`,
      window: {
        count: settings.get('replication.quota.window.num'),
        lengthMs: settings.get('replication.quota.window.size.seconds') * 1000,
      },
    })
  }

  /** Whether this replica counts. */
  holds(topic: string, partition: number): boolean {
    if (this.#limit.bytesPerSecond === null) return false
    const { side, brokerId, settings } = this.#options
    const list = settings.topic(topic).get(lists[side])
    return isThrottledReplica(list, { partition, brokerId })
  }

  /** Whether a replica that counts has to wait. */
  get isExceeded(): boolean {
    return this.#limit.isExceeded
  }

  record(bytes: number): void {
    this.#limit.record(bytes)
  }
}
