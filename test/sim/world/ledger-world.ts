/** A world in which the topics of coordinators matter as much as those of clients. */

import type { PartitionLog } from '../../../src/log/partition-log.ts'
import type { PartitionImage } from '../../../src/metadata/image.ts'
import { partitions, topic } from './topics.ts'
import { ClusterWorld } from './world.ts'

export const soonMs = 120_000

/** All topics count, the coordinators' too: what one power cut takes must lie elsewhere. */
export class LedgerWorld extends ClusterWorld {
  /** All brokers are up, and the topic is there, with what follows of that. */
  async prepare(partitionCount: number, then = async () => {}): Promise<void> {
    const { brokers, client } = this
    for (const broker of brokers) broker.start()
    await this.until(soonMs, 'all come up', () => brokers.every(({ isReady }) => isReady))
    let isMade = false
    const configs = { 'min.insync.replicas': '2' }
    client.admin
      .createTopics([{ name: topic, partitions: partitionCount, replicationFactor: 3, configs }])
      .then(then)
      .then(() => {
        isMade = true
      })
    await this.until(soonMs, 'the topic is there', () => isMade && this.inSync())
  }

  override inSync(): boolean {
    return this.#everywhere(({ isr, replicas, leader }) => {
      return leader > 0 && isr.length === replicas.length
    })
  }

  /**
   * One replica in sync is enough for a commit, as Kafka has it by default: who is about to stop may be out of the in-sync set already, as
   * a controller has decided that cannot commit it yet.
   */
  override mayLoseOne(): boolean {
    return this.inSync() && !this.brokers.some(({ isStopping }) => isStopping)
  }

  override isOutOfSync(id: number): boolean {
    return this.#everywhere(({ isr }) => !isr.includes(id))
  }

  #everywhere(holds: (partition: PartitionImage) => boolean) {
    return this.brokers.every(({ node, isReady }) => {
      const topics = [...(node?.image.topicsByName.values() ?? [])]
      const all = topics.flatMap((each) => each.partitions)
      return isReady && all.length >= partitions && all.every((each) => holds(each))
    })
  }

  leading(name: string, partition: number): PartitionLog | null {
    const found = this.brokers
      .map(({ node }) => node?.replicas.get(name, partition))
      .filter((hosted) => hosted?.state.role === 'leading')
      .toSorted((a, b) => b!.state.leaderEpoch - a!.state.leaderEpoch)
    return found[0]?.log ?? null
  }
}
