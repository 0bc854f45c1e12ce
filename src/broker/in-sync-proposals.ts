/**
 * What leaders here ask of the controller: other in-sync sets. One request is under way at a time and carries all that came
 * meanwhile, since a broker that comes back is due in every partition that it follows at once.
 */
import type { Clock } from '../host/clock.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { PartitionEffect } from '../partition/partition.ts'
import { alterPartition } from '../protocol/apis/alter-partition.ts'
import { errorName, KafkaError } from '../protocol/errors.ts'
import type { RequestOf } from '../protocol/schema.ts'
import type { Hosted } from './hosted.ts'
import type { Logger } from './logger.ts'
import type { MetadataQuorum } from './quorum.ts'

export type Proposal = Extract<PartitionEffect, { kind: 'propose' }>

export interface ProposalsOptions {
  readonly brokerId: number
  readonly clock: Clock
  readonly logger: Logger
  readonly quorum: () => MetadataQuorum
  readonly image: () => MetadataImage
  /** Does what a turn of a replica's core wants done. */
  readonly act: (hosted: Hosted, effects: readonly PartitionEffect[]) => void
}

type Proposed = Proposal & { readonly hosted: Hosted }
type AlterPartition = RequestOf<typeof alterPartition>

const perRequestMax = 1000

export class InSyncProposals {
  readonly #options: ProposalsOptions
  readonly #waiting: Proposed[] = []
  #running = false

  constructor(options: ProposalsOptions) {
    this.#options = options
  }

  propose(hosted: Hosted, proposal: Proposal): void {
    this.#waiting.push({ ...proposal, hosted })
    if (this.#running) return
    this.#running = true
    // One fetch of a follower can bring it back in many partitions.
    queueMicrotask(() => void this.#run())
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#ask(this.#waiting.splice(0, perRequestMax))
    this.#running = false
  }

  async #ask(proposed: readonly Proposed[]): Promise<void> {
    const { quorum } = this.#options
    try {
      const response = await quorum().forward(alterPartition, this.#request(proposed))
      if (response.errorCode !== 0) throw new KafkaError(errorName(response.errorCode))
      const answers = new Map<string, number>()
      for (const { topicId, partitions } of response.topics) {
        for (const { partitionIndex, errorCode } of partitions) {
          answers.set(`${topicId}/${partitionIndex}`, errorCode)
        }
      }
      for (const each of proposed) {
        const { topicId, partition } = each.hosted.log
        const errorCode = answers.get(`${topicId}/${partition}`) ?? 0
        if (errorCode !== 0) this.#refused(each, new KafkaError(errorName(errorCode)))
        else this.#taken(each)
      }
    } catch (error) {
      for (const each of proposed) this.#refused(each, error)
    }
  }

  #taken({ hosted, inSync }: Proposed): void {
    this.#options.logger.info({ log: hosted.log.name, inSync }, 'the in-sync set changed')
  }

  #refused({ hosted, inSync }: Proposed, error: unknown): void {
    const { logger, clock, act } = this.#options
    // Meanwhile the partition may have changed, and the next question be on its way: the answer to this one must not end that.
    if (hosted.state.proposed !== inSync) return
    const { name } = hosted.log
    logger.debug({ log: name, inSync, error }, 'the controller did not take the in-sync set')
    act(hosted, hosted.turn({ kind: 'proposal-answered', accepted: false }, clock.now()))
  }

  #request(proposed: readonly Proposed[]): AlterPartition {
    const { brokerId, quorum, image } = this.#options
    const topics = new Map<string, AlterPartition['topics'][number]>()
    for (const { hosted, inSync, leaderEpoch, partitionEpoch } of proposed) {
      const { topicId, partition: partitionIndex } = hosted.log
      const topic = topics.get(topicId) ?? { topicId, partitions: [] }
      topics.set(topicId, topic)
      // So that an earlier life of a broker is not taken for this one (KIP-903).
      const newIsrWithEpochs = inSync.map((id) => ({
        brokerId: id,
        brokerEpoch: image().brokers.get(id)?.epoch ?? -1n,
      }))
      const change = { partitionIndex, leaderEpoch, newIsr: [], newIsrWithEpochs, partitionEpoch }
      topic.partitions.push({ ...change, leaderRecoveryState: 0 })
    }
    return { brokerId, brokerEpoch: quorum().brokerEpoch, topics: [...topics.values()] }
  }
}
