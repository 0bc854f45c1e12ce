/**
 * What a client knows of the cluster. A partition's leader is replaced only by one of a later leader epoch (KIP-320): answers
 * of different brokers may arrive in another order than the elections they tell of.
 */
import { zeroUuid } from '../base/uuid.ts'
import type { Address } from '../host/net.ts'
import type { metadata } from '../protocol/apis/metadata.ts'
import { type ErrorName, errorName } from '../protocol/errors.ts'
import type { ResponseOf } from '../protocol/schema.ts'
import { addressOf } from '../wire/address.ts'

export type MetadataAnswer = ResponseOf<typeof metadata>

export type BrokerMetadata = {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export type PartitionMetadata = {
  readonly partition: number
  readonly error: ErrorName
  /** −1 where there is none. */
  leaderId: number
  leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
}

export type TopicMetadata = {
  readonly name: string
  /** Zero from a broker that knows no topic ids. */
  readonly topicId: string
  readonly error: ErrorName
  readonly isInternal: boolean
  /** By number; a partition that a broker did not tell of is missing. */
  readonly partitions: readonly PartitionMetadata[]
}

export type Leader = { readonly id: number; readonly epoch: number }

export class MetadataCache {
  /** Grows with every answer taken in: whoever derives something from here sees by it that it is old. */
  generation = 0
  clusterId: string | null = null
  controllerId = -1
  readonly brokers = new Map<number, BrokerMetadata>()
  readonly topics = new Map<string, TopicMetadata>()
  readonly #names = new Map<string, string>()

  /** Takes in an answer; one about all topics (`complete`) forgets those that it does not name. */
  update(answer: MetadataAnswer, { complete }: { complete: boolean }): void {
    this.generation++
    if (answer.clusterId !== null) this.clusterId = answer.clusterId
    this.controllerId = answer.controllerId
    if (answer.brokers.length > 0) this.brokers.clear()
    for (const { nodeId, host, port, rack } of answer.brokers) {
      this.brokers.set(nodeId, { id: nodeId, host, port, rack })
    }
    const named = new Set<string>()
    for (const each of answer.topics) {
      if (each.name === null) continue
      named.add(each.name)
      this.#put(topicOf(each, each.name))
    }
    if (!complete) return
    for (const name of [...this.topics.keys()]) if (!named.has(name)) this.#forget(name)
  }

  /** Null where no leader is known. */
  leaderOf(topic: string, partition: number): Leader | null {
    const found = this.#partition(topic, partition)
    if (found === undefined || found.leaderId < 0) return null
    return { id: found.leaderId, epoch: found.leaderEpoch }
  }

  /** A broker that is asked in vain tells who leads now (KIP-951). True if that was news. */
  hint(
    topic: string,
    partition: number,
    leader: { leaderId: number; leaderEpoch: number },
  ): boolean {
    const found = this.#partition(topic, partition)
    if (found === undefined || leader.leaderId < 0) return false
    if (leader.leaderEpoch <= found.leaderEpoch) return false
    found.leaderId = leader.leaderId
    found.leaderEpoch = leader.leaderEpoch
    return true
  }

  learnBrokers(
    endpoints: readonly { nodeId: number; host: string; port: number; rack: string | null }[],
  ): void {
    for (const { nodeId, host, port, rack } of endpoints) {
      this.brokers.set(nodeId, { id: nodeId, host, port, rack })
    }
  }

  addressOf(brokerId: number): Address | null {
    const broker = this.brokers.get(brokerId)
    return broker === undefined ? null : addressOf(broker.host, broker.port)
  }

  nameOf(topicId: string): string | null {
    return this.#names.get(topicId) ?? null
  }

  #partition(topic: string, partition: number): PartitionMetadata | undefined {
    const partitions = this.topics.get(topic)?.partitions
    const direct = partitions?.[partition]
    return direct?.partition === partition
      ? direct
      : partitions?.find((each) => each.partition === partition)
  }

  #put(topic: TopicMetadata): void {
    const known = this.topics.get(topic.name)
    if (known !== undefined && known.topicId === topic.topicId && topic.error === 'NONE') {
      for (const each of topic.partitions) {
        const old = this.#partition(topic.name, each.partition)
        if (old === undefined || old.leaderEpoch <= each.leaderEpoch || each.leaderEpoch < 0)
          continue
        each.leaderId = old.leaderId
        each.leaderEpoch = old.leaderEpoch
      }
    }
    if (known !== undefined && known.topicId !== topic.topicId) this.#names.delete(known.topicId)
    this.topics.set(topic.name, topic)
    if (topic.topicId !== zeroUuid) this.#names.set(topic.topicId, topic.name)
  }

  #forget(name: string): void {
    const topic = this.topics.get(name)
    if (topic !== undefined) this.#names.delete(topic.topicId)
    this.topics.delete(name)
  }
}

export function topicOf(answer: MetadataAnswer['topics'][number], name: string): TopicMetadata {
  return {
    name,
    topicId: answer.topicId,
    error: errorName(answer.errorCode),
    isInternal: answer.isInternal,
    partitions: answer.partitions
      .map((each) => ({
        partition: each.partitionIndex,
        error: errorName(each.errorCode),
        leaderId: each.leaderId,
        leaderEpoch: each.leaderEpoch,
        replicas: each.replicaNodes,
        isr: each.isrNodes,
        offlineReplicas: each.offlineReplicas,
      }))
      .sort((a, b) => a.partition - b.partition),
  }
}
