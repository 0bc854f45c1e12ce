/**
 * Offsets that were committed in transactions which have not ended (KIP-98): they count when the transaction commits, unless
 * something that was committed later counts already.
 */
import { applyOffset, type CommittedOffset, type Offsets } from './offsets.ts'

interface Pending {
  readonly value: CommittedOffset
  /** Grows with every offset of the group that comes; what has the higher one came later. */
  readonly order: number
  /** What came later counts already. */
  isOvertaken: boolean
}

interface Place {
  readonly topic: string
  readonly partition: number
}

export class PendingOffsets {
  readonly #byProducer = new Map<bigint, Map<string, Map<number, Pending>>>()
  #order = 0

  get isEmpty(): boolean {
    return this.#byProducer.size === 0
  }

  has(topic: string, partition: number): boolean {
    for (const topics of this.#byProducer.values()) {
      if (topics.get(topic)?.has(partition)) return true
    }
    return false
  }

  places(topic: string): number[] {
    const found = [...this.#byProducer.values()].flatMap((each) => [
      ...(each.get(topic)?.keys() ?? []),
    ])
    return [...new Set(found)]
  }

  topics(): string[] {
    return [...new Set([...this.#byProducer.values()].flatMap((each) => [...each.keys()]))]
  }

  add(producerId: bigint, { topic, partition }: Place, value: CommittedOffset): void {
    const topics = this.#byProducer.get(producerId) ?? new Map<string, Map<number, Pending>>()
    this.#byProducer.set(producerId, topics)
    const partitions = topics.get(topic) ?? new Map<number, Pending>()
    topics.set(topic, partitions)
    partitions.set(partition, { value, order: this.#order++, isOvertaken: false })
  }

  /** Something was committed, without a transaction. */
  overtake(place: Place): void {
    this.#overtakeUpTo(place, this.#order)
  }

  /** The offset was deleted, and what was to take its place with it. */
  delete({ topic, partition }: Place): void {
    for (const [producerId, topics] of this.#byProducer) {
      topics.get(topic)?.delete(partition)
      if (topics.get(topic)?.size === 0) topics.delete(topic)
      if (topics.size === 0) this.#byProducer.delete(producerId)
    }
  }

  /** The transaction ends: what it committed counts from now on, or is gone. */
  end(producerId: bigint, offsets: Offsets, { committed }: { committed: boolean }): void {
    const topics = this.#byProducer.get(producerId)
    this.#byProducer.delete(producerId)
    if (topics === undefined || !committed) return
    for (const [topic, partitions] of topics) {
      for (const [partition, { value, order, isOvertaken }] of partitions) {
        if (isOvertaken) continue
        applyOffset(offsets, { topic, partition }, value)
        this.#overtakeUpTo({ topic, partition }, order)
      }
    }
  }

  #overtakeUpTo({ topic, partition }: Place, order: number): void {
    for (const topics of this.#byProducer.values()) {
      const pending = topics.get(topic)?.get(partition)
      if (pending !== undefined && pending.order < order) pending.isOvertaken = true
    }
  }
}
