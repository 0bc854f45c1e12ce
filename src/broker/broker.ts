import type { Clock } from '../host/clock.ts'
import type { Random } from '../host/random.ts'
import type { LogManager } from '../log/log-manager.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { FetchSessions } from './fetch-sessions.ts'
import type { GroupCoordinator } from './groups.ts'
import type { Logger } from './logger.ts'
import type { ProducerIds } from './producer-ids.ts'
import type { MetadataQuorum } from './quorum.ts'
import type { Replicas } from './replicas.ts'
import type { Replication } from './replication.ts'
import type { Settings } from './settings.ts'
import type { Transactions } from './transactions.ts'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** A broker as clients of one listener see it. */
export interface AliveBroker extends Endpoint {
  readonly id: number
  readonly rack: string | null
}

/** What a handler may reach: everything that this process is. */
export interface Broker {
  readonly id: number
  readonly clusterId: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly settings: Settings
  /** Committed metadata. */
  readonly image: MetadataImage
  readonly quorum: MetadataQuorum
  readonly logs: LogManager
  readonly replicas: Replicas
  readonly groups: GroupCoordinator
  readonly transactions: Transactions
  readonly producerIds: ProducerIds
  readonly fetchSessions: FetchSessions
  readonly replication: Pick<Replication, 'leaderThrottle' | 'moves'>
  /** Where clients of this listener reach a broker; null for one that is not alive or has no such listener. */
  endpointOf(brokerId: number, listener: string): Endpoint | null
  /** The brokers that are not fenced, with their address on this listener, by id. */
  aliveBrokers(listener: string): AliveBroker[]
  /** Registered, but not (or no longer) taking part. */
  fencedBrokers(listener: string): AliveBroker[]
  /** Creates `__consumer_offsets` or `__transaction_state` through the controller unless it exists. */
  ensureInternalTopic(name: string): Promise<void>
  /** `auto.create.topics.enable` for an ordinary topic; resolves when the controller has answered. */
  autoCreateTopics(names: readonly string[]): Promise<void>
}
