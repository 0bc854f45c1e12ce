/** The replicas of this broker among their peers: who follows whom, and what leaders ask of the controller. */
import type { Cancel, Clock } from '../host/clock.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { PartitionEffect } from '../partition/partition.ts'
import { alterPartition } from '../protocol/apis/alter-partition.ts'
import { errorName, KafkaError } from '../protocol/errors.ts'
import type { Hosted } from './hosted.ts'
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
  readonly hosted: () => Iterable<Hosted>
}

type Proposal = Extract<PartitionEffect, { kind: 'propose' }>

export class Replication {
  readonly leaderThrottle: ReplicationThrottle
  readonly #followerThrottle: ReplicationThrottle
  readonly #options: ReplicationOptions
  readonly #fetchers = new Map<number, ReplicaFetcher>()
  #cancelCheck: Cancel = () => {}

  constructor(options: ReplicationOptions) {
    this.#options = options
    this.leaderThrottle = new ReplicationThrottle({ ...options, side: 'leader' })
    this.#followerThrottle = new ReplicationThrottle({ ...options, side: 'follower' })
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
  }

  close(): void {
    this.#cancelCheck()
    for (const fetcher of this.#fetchers.values()) fetcher.close()
    this.#options.links.close()
  }

  /** Does what a turn of a replica's core wants done among brokers. */
  act(hosted: Hosted, effects: readonly PartitionEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'began-following':
          this.#unfollow(hosted)
          this.#fetcher(effect.leaderId).add(hosted)
          break
        case 'began-leading':
        case 'resigned':
          this.#unfollow(hosted)
          break
        case 'propose':
          void this.#propose(hosted, effect)
          break
        case 'high-watermark':
          break
      }
    }
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

  async #propose(hosted: Hosted, { inSync, partitionEpoch, leaderEpoch }: Proposal): Promise<void> {
    const { brokerId, quorum, clock, logger, image } = this.#options
    const { log } = hosted
    try {
      const response = await quorum().forward(alterPartition, {
        brokerId,
        brokerEpoch: quorum().brokerEpoch,
        topics: [
          {
            topicId: log.topicId,
            partitions: [
              {
                partitionIndex: log.partition,
                leaderEpoch,
                newIsr: [],
                newIsrWithEpochs: inSync.map((id) => ({
                  brokerId: id,
                  // So that an earlier life of a broker is not taken for this one (KIP-903).
                  brokerEpoch: image().brokers.get(id)?.epoch ?? -1n,
                })),
                leaderRecoveryState: 0,
                partitionEpoch,
              },
            ],
          },
        ],
      })
      const answered = response.topics[0]?.partitions[0]
      const errorCode = response.errorCode || (answered?.errorCode ?? 0)
      if (errorCode !== 0) throw new KafkaError(errorName(errorCode))
      logger.info({ log: log.name, inSync }, 'the in-sync set changed')
    } catch (error) {
      logger.debug({ log: log.name, inSync, error }, 'the controller did not take the in-sync set')
      this.act(hosted, hosted.turn({ kind: 'proposal-answered', accepted: false }, clock.now()))
    }
  }
}
