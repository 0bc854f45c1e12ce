import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { PartitionState } from './partition-state.ts'

/** The partitions that a consumer reads, by their names, which is the order in which Kafka's consumer asks for them. */
export class Assignment {
  #states = new Map<string, PartitionState>()

  get size(): number {
    return this.#states.size
  }

  [Symbol.iterator](): IterableIterator<PartitionState> {
    return this.#states.values()
  }

  get({ topic, partition }: TopicPartition): PartitionState | undefined {
    return this.#states.get(partitionKey(topic, partition))
  }

  partitions(): TopicPartition[] {
    return [...this.#states.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  add(partitions: Iterable<TopicPartition>): void {
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      if (!this.#states.has(key)) this.#states.set(key, new PartitionState(topic, partition))
    }
    this.#arrange()
  }

  remove(partitions: Iterable<TopicPartition>): void {
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      this.#states.get(key)?.release()
      this.#states.delete(key)
    }
  }

  /** The one whose records have waited longest: the same as last time while it has more of what came then. */
  next(): PartitionState | null {
    let next: PartitionState | null = null
    for (const state of this.#states.values()) {
      if (state.isPaused || state.run() === null) continue
      if (next === null || state.arrival < next.arrival) next = state
    }
    return next
  }

  #arrange(): void {
    const entries = [...this.#states]
    entries.sort(([, a], [, b]) => {
      if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
      return a.partition - b.partition
    })
    this.#states = new Map(entries)
  }
}
