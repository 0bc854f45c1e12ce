/** The replicas of this broker among their peers: who follows whom, and what leaders ask of the controller. */
import type { Cancel, Clock } from '../host/clock.ts'
import type { LogManager } from '../log/log-manager.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { PartitionEffect } from '../partition/partition.ts'
import { DirectoryMoves } from './directory-moves.ts'
import { DirectoryReports } from './directory-reports.ts'
import type { Hosted } from './hosted.ts'
import { InSyncProposals } from './in-sync-proposals.ts'
import type { Logger } from './logger.ts'
import type { Links } from './peers.ts'
import type { MetadataQuorum } from './quorum.ts'
import { ReplicaFetcher } from './replica-fetcher.ts'
import { ReplicationThrottle } from './replication-throttle.ts'
import type { Settings } from './settings.ts'

export interface ReplicationOptions {
  readonly brokerId: number
  readonly links: Links
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: Settings
  readonly image: () => MetadataImage
  readonly quorum: () => MetadataQuorum
  readonly logs: LogManager
  readonly hosted: () => Iterable<Hosted>
}

export class Replication {
  readonly leaderThrottle: ReplicationThrottle
  readonly moves: DirectoryMoves
  readonly #followerThrottle: ReplicationThrottle
  readonly #proposals: InSyncProposals
  readonly #options: ReplicationOptions
  readonly #fetchers = new Map<number, ReplicaFetcher>()
  readonly #directories: DirectoryReports
  #cancelCheck: Cancel = () => {}

  constructor(options: ReplicationOptions) {
    this.#options = options
    this.#directories = new DirectoryReports(options)
    this.moves = new DirectoryMoves({ ...options, report: () => this.#directories.changed() })
    this.leaderThrottle = new ReplicationThrottle({ ...options, side: 'leader' })
    this.#followerThrottle = new ReplicationThrottle({ ...options, side: 'follower' })
    this.#proposals = new InSyncProposals({
      ...options,
      act: (hosted, effects) => this.act(hosted, effects),
    })
  }

  start(): void {
    const { clock, settings } = this.#options
    const lagTimeMaxMs = Number(settings.get('replica.lag.time.max.ms'))
    const check = () => {
      for (const hosted of this.#options.hosted()) {
        this.act(hosted, hosted.turn({ kind: 'check-in-sync', lagTimeMaxMs }, clock.now()))
      }
      this.#cancelCheck = clock.schedule(lagTimeMaxMs / 2, check)
    }
    this.#cancelCheck = clock.schedule(lagTimeMaxMs / 2, check)
    this.#directories.start()
  }

  close(): void {
    this.#cancelCheck()
    this.#proposals.close()
    this.#directories.close()
    this.moves.close()
    for (const fetcher of this.#fetchers.values()) fetcher.close()
    this.#options.links.close()
  }

  /** Does what a turn of a replica's core wants done among brokers. */
  act(hosted: Hosted, effects: readonly PartitionEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'began-following':
          this.#unfollow(hosted)
          this.moves.hosted(hosted)
          this.#fetcher(effect.leaderId).add(hosted)
          this.#directories.changed()
          break
        case 'began-leading':
          this.moves.hosted(hosted)
          this.#unfollow(hosted)
          this.#directories.changed()
          break
        case 'resigned':
          this.#unfollow(hosted)
          break
        case 'propose':
          this.#proposals.propose(hosted, effect)
          break
        case 'high-watermark':
          break
      }
    }
  }

  /** A move waits until the controller has taken in where the replica is to lie; it may do so when the move was given up. */
  placed(hosted: Hosted): void {
    if (hosted.move !== null) hosted.wake()
    else if (this.#directories.isMisplaced(hosted)) this.#directories.changed()
  }

  #fetcher(leaderId: number): ReplicaFetcher {
    const known = this.#fetchers.get(leaderId)
    if (known !== undefined) return known
    const { brokerId, links, clock, logger, settings, quorum } = this.#options
    const brokerEpoch = () => quorum().brokerEpoch
    const fetcher = new ReplicaFetcher({
      brokerId,
      leaderId,
      brokerEpoch,
      links,
      clock,
      logger,
      settings,
      throttle: this.#followerThrottle,
    })
    this.#fetchers.set(leaderId, fetcher)
    return fetcher
  }

  #unfollow(hosted: Hosted): void {
    for (const fetcher of this.#fetchers.values()) fetcher.remove(hosted)
  }
}
