/** A world in which the topics of coordinators matter as much as those of clients. */
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { partitions } from './topics.ts'
import { ClusterWorld } from './world.ts'

/** All topics count, the coordinators' too: what one power cut takes must lie elsewhere. */
export class LedgerWorld extends ClusterWorld {
  override inSync(): boolean {
    return this.#everywhere(({ isr, replicas, leader }) => {
      return leader > 0 && isr.length === replicas.length
    })
  }

  override isOutOfSync(id: number): boolean {
    return this.#everywhere(({ isr }) => !isr.includes(id))
  }

  #everywhere(
    holds: (partition: { isr: number[]; replicas: number[]; leader: number }) => boolean,
  ) {
    return this.brokers.every(({ node, isReady }) => {
      const topics = [...(node?.image.topicsByName.values() ?? [])]
      const all = topics.flatMap((each) => each.partitions)
      return isReady && all.length >= partitions && all.every((each) => holds(each as never))
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
