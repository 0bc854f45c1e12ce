import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { PartitionState } from './partition-state.ts'

/** The partitions that a consumer reads, in the order in which it got them, each with its turn. */
export class Assignment {
  readonly #states = new Map<string, PartitionState>()
  #turn = 0

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
  }

  remove(partitions: Iterable<TopicPartition>): void {
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      this.#states.get(key)?.release()
      this.#states.delete(key)
    }
  }

  /** One with something to hand out: the same as last time while it has more, then the next in the circle. */
  next(): PartitionState | null {
    const states = [...this.#states.values()]
    for (let i = 0; i < states.length; i++) {
      const state = states[(this.#turn + i) % states.length]!
      if (state.isPaused || state.run() === null) continue
      this.#turn = (this.#turn + i) % states.length
      return state
    }
    return null
  }
}
