/**
 * What leaders here ask of the controller: other in-sync sets. One request is under way at a time and carries all that came
 * meanwhile, since a broker that comes back is due in every partition that it follows at once. It is asked again until the controller
 * has answered, or the metadata have overtaken it.
 */
import { type Clock, pause } from '../host/clock.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { PartitionEffect } from '../partition/partition.ts'
import { fateOfProposal } from '../partition/proposal.ts'
import { alterPartition } from '../protocol/apis/alter-partition.ts'
import { type ErrorName, errorName, KafkaError } from '../protocol/errors.ts'
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
const retryMs = 100

export class InSyncProposals {
  readonly #options: ProposalsOptions
  #waiting: Proposed[] = []
  #running = false
  #isClosed = false

  constructor(options: ProposalsOptions) {
    this.#options = options
  }

  close(): void {
    this.#isClosed = true
  }

  propose(hosted: Hosted, proposal: Proposal): void {
    this.#waiting.push({ ...proposal, hosted })
    if (this.#running) return
    this.#running = true
    // One fetch of a follower can bring it back in many partitions.
    queueMicrotask(() => void this.#run())
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const again = await this.#ask(this.#waiting.splice(0, perRequestMax))
      // Meanwhile the partition may have changed, and another question be on its way.
      this.#waiting = [...this.#waiting, ...again].filter(isOpen)
      if (again.length > 0) await pause(this.#options.clock, retryMs)
    }
    this.#running = false
  }

  /** Gives back those of which nobody knows what became of them. */
  async #ask(proposed: readonly Proposed[]): Promise<Proposed[]> {
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
      return proposed.filter((each) => {
        const { topicId, partition } = each.hosted.log
        return this.#answered(each, errorName(answers.get(`${topicId}/${partition}`) ?? 0))
      })
    } catch (error) {
      const { logger } = this.#options
      logger.debug({ proposed: proposed.length, error }, 'the controller did not answer')
      return [...proposed]
    }
  }

  /** Whether it has to be asked again. */
  #answered({ hosted, inSync, partitionEpoch }: Proposed, error: ErrorName | 'NONE'): boolean {
    const { logger, clock, act } = this.#options
    const { name } = hosted.log
    if (error === 'NONE') {
      logger.info({ log: name, inSync }, 'the in-sync set changed')
      return false
    }
    const fate = fateOfProposal(error)
    logger.debug({ log: name, inSync, error, fate }, 'the controller did not take the in-sync set')
    if (fate === 'refused') {
      act(hosted, hosted.turn({ kind: 'proposal-refused', partitionEpoch }, clock.now()))
    }
    return fate === 'unknown'
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

const isOpen = ({ hosted, inSync }: Proposed): boolean =>
  hosted.leading && hosted.state.proposed === inSync
