import type { ClientOptions } from '../../../src/client/settings.ts'
import { apiVersions } from '../../../src/protocol/apis/api-versions.ts'
import { findCoordinator } from '../../../src/protocol/apis/find-coordinator.ts'
import { apis } from '../../../src/protocol/apis/index.ts'
import { initProducerId } from '../../../src/protocol/apis/init-producer-id.ts'
import { metadata } from '../../../src/protocol/apis/metadata.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { RecordCursor } from '../../../src/protocol/batch/cursor.ts'
import { ensureIntact } from '../../../src/protocol/batch/integrity.ts'
import * as layout from '../../../src/protocol/batch/layout.ts'
import { recordValue } from '../../../src/protocol/batch/reader.ts'
import { lastSequence } from '../../../src/protocol/batch/sequence.ts'
import { code, type ErrorName } from '../../../src/protocol/errors.ts'
import { SeededRandom } from '../../sim/random.ts'
import { MemoryNet } from './memory-net.ts'
import { type Call, ScriptedBroker } from './scripted-broker.ts'
import { serveReaders } from './scripted-reads.ts'
import { SimClock } from './time.ts'

export type ScriptedPartition = {
  leader: number
  leaderEpoch: number
  /** Values, in the order of the log. */
  readonly values: string[]
  /** The same as batches, for those who read. */
  readonly batches: Uint8Array[]
  logStartOffset: bigint
  readonly producers: Map<string, { epoch: number; lastSequence: number }>
}

export type Fault =
  /** Answered with this error, nothing appended. */
  | { kind: 'error'; error: ErrorName }
  /** The connection breaks before anything is appended. */
  | { kind: 'drop' }
  /** Everything is appended, but the answer is lost. */
  | { kind: 'lose-answer' }
  /** Everything is appended, but the broker says so after this time only. */
  | { kind: 'silence' }

/** Brokers 1 to n at b1:9092 …, which agree on metadata and keep their partitions' logs as Kafka's leaders do. */
export class ScriptedCluster {
  readonly net = new MemoryNet()
  readonly clock = new SimClock()
  readonly brokers = new Map<number, ScriptedBroker>()
  readonly topics = new Map<string, { id: string; partitions: ScriptedPartition[] }>()
  /** Asked at every Produce request, for what shall go wrong with it. */
  produceFault: (brokerId: number) => Fault | null = () => null
  /** Asked at every Fetch request; an error is that of all its partitions. */
  fetchFault: (brokerId: number) => ErrorName | null = () => null
  /** What every fetch for committed records tells. */
  aborted: { producerId: bigint; firstOffset: bigint }[] = []
  /** What a leader refuses on its own grounds. */
  batchBytesMax = Number.POSITIVE_INFINITY
  coordinator = 1
  #producerIds = 0n

  static async start(brokerCount: number): Promise<ScriptedCluster> {
    const cluster = new ScriptedCluster()
    for (let id = 1; id <= brokerCount; id++) {
      const broker = new ScriptedBroker()
      cluster.brokers.set(id, broker)
      cluster.#script(id, broker)
      await broker.listen(cluster.net, { host: `b${id}`, port: 9092 })
    }
    return cluster
  }

  addTopic(name: string, leaders: readonly number[]): ScriptedPartition[] {
    const id = Buffer.from(name.padEnd(16, '.')).toString('base64url')
    const partitions = leaders.map((leader) => ({
      leader,
      leaderEpoch: 0,
      values: [] as string[],
      batches: [] as Uint8Array[],
      logStartOffset: 0n,
      producers: new Map(),
    }))
    this.topics.set(name, { id, partitions })
    return partitions
  }

  /** Elects another leader, who has the whole log. */
  move(topic: string, partition: number, leader: number): void {
    const found = this.topics.get(topic)!.partitions[partition]!
    found.leader = leader
    found.leaderEpoch++
  }

  options(seed = 1): ClientOptions {
    return {
      bootstrap: [...this.brokers.keys()].map((id) => ({ host: `b${id}`, port: 9092 })),
      host: { net: this.net, clock: this.clock, random: new SeededRandom(seed) },
    }
  }

  #script(id: number, broker: ScriptedBroker): void {
    broker
      .on(apiVersions, () => ({
        errorCode: 0,
        apiKeys: apis
          .filter((api) => api.listeners.includes('broker'))
          .map((api) => ({
            apiKey: api.key,
            minVersion: api.versions[0],
            maxVersion: api.stable,
          })),
      }))
      .on(metadata, ({ topics }) => this.#metadata(topics?.map(({ name }) => name!) ?? null))
      .on(initProducerId, () => ({
        errorCode: 0,
        producerId: this.#producerIds++,
        producerEpoch: 0,
      }))
      .on(findCoordinator, ({ coordinatorKeys }) => ({
        coordinators: coordinatorKeys.map((key) => ({
          key,
          nodeId: this.coordinator,
          host: `b${this.coordinator}`,
          port: 9092,
          errorCode: 0,
          errorMessage: null,
        })),
      }))
      .on(produce, (request, call) => this.#produce(id, request, call))
    serveReaders(this, id, broker)
  }

  #metadata(wanted: string[] | null) {
    const names = wanted ?? [...this.topics.keys()]
    return {
      brokers: [...this.brokers.keys()].map((nodeId) => ({
        nodeId,
        host: `b${nodeId}`,
        port: 9092,
      })),
      clusterId: 'scripted',
      controllerId: 1,
      topics: names.map((name) => {
        const topic = this.topics.get(name)
        return {
          errorCode: topic === undefined ? code('UNKNOWN_TOPIC_OR_PARTITION') : 0,
          name,
          topicId: topic?.id ?? 'AAAAAAAAAAAAAAAAAAAAAA',
          partitions: (topic?.partitions ?? []).map(({ leader, leaderEpoch }, partitionIndex) => ({
            errorCode: leader < 0 ? code('LEADER_NOT_AVAILABLE') : 0,
            partitionIndex,
            leaderId: leader,
            leaderEpoch,
            replicaNodes: [...this.brokers.keys()],
            isrNodes: [...this.brokers.keys()],
          })),
        }
      }),
    }
  }

  #produce(
    id: number,
    {
      topicData,
      acks,
    }: {
      acks: number
      topicData: {
        topicId: string
        partitionData: { index: number; records: Uint8Array | null }[]
      }[]
    },
    call: Call,
  ) {
    const fault = this.produceFault(id)
    if (fault?.kind === 'drop') {
      call.drop()
      return null
    }
    const responses = topicData.map(({ topicId, partitionData }) => ({
      topicId,
      partitionResponses: partitionData.map(({ index, records }) => ({
        index,
        ...this.#append(id, topicId, index, records!, fault),
      })),
    }))
    if (fault?.kind === 'lose-answer') call.drop()
    return fault?.kind === 'lose-answer' || fault?.kind === 'silence' || acks === 0
      ? null
      : { responses }
  }

  #append(id: number, topicId: string, index: number, records: Uint8Array, fault: Fault | null) {
    const refuse = (error: ErrorName) => ({ errorCode: code(error), baseOffset: -1n })
    if (fault?.kind === 'error') return refuse(fault.error)
    const topic = [...this.topics.values()].find((each) => each.id === topicId)
    const partition = topic?.partitions[index]
    if (partition === undefined) return refuse('UNKNOWN_TOPIC_ID')
    if (partition.leader !== id) return refuse('NOT_LEADER_OR_FOLLOWER')
    ensureIntact(records)
    if (records.length > this.batchBytesMax) return refuse('MESSAGE_TOO_LARGE')
    const baseOffset = endOffset(partition)
    const error = checkSequence(partition, records)
    if (error === 'DUPLICATE_SEQUENCE_NUMBER') return { errorCode: 0, baseOffset: -1n }
    if (error !== 'NONE') return refuse(error)
    const batch = Buffer.from(records)
    layout.setBaseOffset(batch, 0, baseOffset)
    layout.setLeaderEpoch(batch, 0, partition.leaderEpoch)
    partition.batches.push(batch)
    const cursor = new RecordCursor().open(records)
    while (cursor.next()) partition.values.push(Buffer.from(recordValue(cursor)!).toString())
    return { errorCode: 0, baseOffset }
  }
}

export function endOffset({ batches, logStartOffset }: ScriptedPartition): bigint {
  const last = batches.at(-1)
  return last === undefined ? logStartOffset : layout.lastOffsetOf(last) + 1n
}

/** A leader's rules: no gap, no repetition; anything goes for a producer that it does not know. */
function checkSequence({ producers }: ScriptedPartition, records: Uint8Array): ErrorName {
  const id = layout.producerIdOf(records)
  if (id < 0n) return 'NONE'
  const epoch = layout.producerEpochOf(records)
  const base = layout.baseSequenceOf(records)
  const last = lastSequence(base, layout.lastOffsetDeltaOf(records))
  const known = producers.get(String(id))
  if (known !== undefined) {
    if (epoch < known.epoch) return 'INVALID_PRODUCER_EPOCH'
    if (epoch > known.epoch && base !== 0) return 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    if (epoch === known.epoch && last <= known.lastSequence) return 'DUPLICATE_SEQUENCE_NUMBER'
    if (epoch === known.epoch && base !== known.lastSequence + 1) {
      return 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    }
  }
  producers.set(String(id), { epoch, lastSequence: last })
  return 'NONE'
}
