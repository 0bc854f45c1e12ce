/** Commits what a consumer has processed, when it is told to and, if it is to do so by itself, now and then. */
import { KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import type { CommittedPartition } from '../committed.ts'
import type { TopicPartition } from '../topic-partition.ts'
import type { Assignment } from './assignment.ts'
import { type CommitIdentity, commitOffsets, type OffsetCommit } from './commit.ts'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { PartitionState } from './partition-state.ts'
import { committedOf } from './placer.ts'
import type { ConsumerSettings } from './settings.ts'

export class Committer {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #group: { link: CoordinatorLink; identity: () => CommitIdentity }
  readonly #assignment: Assignment
  #dueAt: number
  #isCommitting = false
  /** What the coordinator has taken of each partition since it is ours. */
  readonly #taken = new WeakMap<PartitionState, bigint>()

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings,
    group: { link: CoordinatorLink; identity: () => CommitIdentity },
    assignment: Assignment,
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.#group = group
    this.#assignment = assignment
    this.#dueAt = this.#now() + settings.autoCommitIntervalMs
  }

  async commit(
    offsets: readonly OffsetCommit[] = this.#processed(),
    timeoutMs = this.#settings.defaultApiTimeoutMs,
  ): Promise<void> {
    const { link, identity } = this.#group
    const states = offsets.map((each) => this.#assignment.get(each))
    for (const state of states) if (state !== undefined) this.#taken.delete(state)
    await commitOffsets(this.#cluster, link, offsets, { identity, timeoutMs })
    for (const [i, state] of states.entries()) {
      if (state !== undefined) this.#taken.set(state, offsets[i]!.offset)
    }
  }

  committed(
    partitions: readonly TopicPartition[],
    timeoutMs?: number,
  ): Promise<CommittedPartition[]> {
    return committedOf(this.#cluster, partitions, this.#group, timeoutMs)
  }

  /** Before partitions change hands: a commit that fails is no reason to keep them. */
  commitProcessed(timeoutMs: number): Promise<void> {
    return this.#commitByItself(this.#processed(), timeoutMs)
  }

  /** At the end. What a member has committed already nobody else has changed; a cluster that is gone is not waited for then. */
  commitRest(timeoutMs: number): Promise<void> {
    const isMember = this.#group.identity().memberId !== ''
    const rest = this.#processed().filter(
      (each) => !isMember || this.#taken.get(this.#assignment.get(each)!) !== each.offset,
    )
    return this.#commitByItself(rest, timeoutMs)
  }

  async #commitByItself(offsets: readonly OffsetCommit[], timeoutMs: number): Promise<void> {
    if (!this.#settings.enableAutoCommit) return
    try {
      await this.commit(offsets, timeoutMs)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#cluster.settings.warn(`Offset commit failed: ${error.message}`)
    }
  }

  /** Does not wait for the answer. */
  commitIfDue(): void {
    const { enableAutoCommit, autoCommitIntervalMs } = this.#settings
    if (!enableAutoCommit || this.#isCommitting || this.#now() < this.#dueAt) return
    this.#dueAt = this.#now() + autoCommitIntervalMs
    this.#isCommitting = true
    this.commitProcessed(autoCommitIntervalMs).finally(() => {
      this.#isCommitting = false
    })
  }

  #processed(): OffsetCommit[] {
    const offsets: OffsetCommit[] = []
    for (const { topic, partition, position, positionEpoch } of this.#assignment) {
      if (position === null) continue
      offsets.push({ topic, partition, offset: position, leaderEpoch: positionEpoch })
    }
    return offsets
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}
