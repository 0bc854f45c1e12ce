/**
 * Tells every partition of a transaction that it has ended, until each has taken it: a leader may move, a broker may be away. To
 * each broker one request is on its way at a time, and what comes meanwhile goes together in the next one.
 */
import { type Clock, pause } from '../../host/clock.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import { writeTxnMarkers } from '../../protocol/apis/write-txn-markers.ts'
import { type ErrorName, errorName, KafkaError } from '../../protocol/errors.ts'
import type { Markers } from '../../transactions/events.ts'
import { markerFate } from '../../transactions/marker-fate.ts'
import type { Links } from '../peers.ts'
import type { TopicPartition } from '../replicas.ts'
import type { Marker } from './write-marker.ts'

export interface MarkerSenderOptions {
  readonly brokerId: number
  readonly clock: Clock
  readonly links: Links
  readonly image: () => MetadataImage
  readonly requestTimeoutMs: () => number
  /** In a partition that this broker leads. */
  readonly write: (marker: Marker, at: TopicPartition) => Promise<ErrorName>
}

type Sent = Markers & { readonly coordinatorEpoch: number }
type Answer = readonly { readonly at: TopicPartition; readonly error: ErrorName }[]
interface Entry {
  readonly marker: Marker
  readonly partitions: readonly TopicPartition[]
  readonly resolve: (answer: Answer) => void
}

const againMs = 50

export class MarkerSender {
  readonly #options: MarkerSenderOptions
  readonly #waiting = new Map<number, Entry[]>()

  constructor(options: MarkerSenderOptions) {
    this.#options = options
  }

  /** False: it was fenced, or is not wanted any more. */
  async send(markers: Sent, isWanted: () => boolean): Promise<boolean> {
    let left: TopicPartition[] = []
    for (const [topic, ids] of markers.partitions) {
      for (const partition of ids) left.push({ topic, partition })
    }
    for (;;) {
      const answers = await Promise.all(this.#round(markers, left))
      const answered = answers.flat()
      if (answered.some(({ error }) => markerFate(error) === 'fenced')) return false
      left = answered.filter(({ error }) => markerFate(error) === 'again').map(({ at }) => at)
      if (left.length === 0) return true
      await pause(this.#options.clock, againMs)
      if (!isWanted()) return false
    }
  }

  /** A topic that is gone needs no marker. */
  #round(marker: Marker, partitions: readonly TopicPartition[]): Promise<Answer>[] {
    const { image, brokerId, write } = this.#options
    const byLeader = new Map<number, TopicPartition[]>()
    for (const at of partitions) {
      const known = image().topicsByName.get(at.topic)?.partitions[at.partition]
      if (known === undefined) continue
      byLeader.set(known.leader, [...(byLeader.get(known.leader) ?? []), at])
    }
    return [...byLeader].map(async ([leader, each]) => {
      if (leader < 0) return failed(each, 'LEADER_NOT_AVAILABLE')
      if (leader !== brokerId) return this.#ask(leader, marker, each)
      return Promise.all(each.map(async (at) => ({ at, error: await write(marker, at) })))
    })
  }

  #ask(leader: number, marker: Marker, partitions: readonly TopicPartition[]): Promise<Answer> {
    return new Promise((resolve) => {
      const entry = { marker, partitions, resolve }
      const waiting = this.#waiting.get(leader)
      if (waiting !== undefined) waiting.push(entry)
      else {
        this.#waiting.set(leader, [entry])
        void this.#run(leader)
      }
    })
  }

  async #run(leader: number): Promise<void> {
    for (;;) {
      const entries = this.#waiting.get(leader)!
      if (entries.length === 0) break
      this.#waiting.set(leader, [])
      await this.#call(leader, entries)
    }
    this.#waiting.delete(leader)
  }

  async #call(leader: number, entries: readonly Entry[]): Promise<void> {
    const { links, requestTimeoutMs } = this.#options
    try {
      const request = { markers: entries.map(requested) }
      const timeoutMs = requestTimeoutMs()
      const response = await links.call(leader, writeTxnMarkers, request, { timeoutMs })
      for (const [index, { partitions, resolve }] of entries.entries()) {
        const errors = errorsIn(response.markers[index]?.topics ?? [])
        resolve(
          partitions.map((at) => ({ at, error: errors.get(keyOf(at)) ?? 'UNKNOWN_SERVER_ERROR' })),
        )
      }
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      for (const { partitions, resolve } of entries) resolve(failed(partitions, error.error))
    }
  }
}

function requested({ marker, partitions }: Entry) {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition])
  }
  return {
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactionResult: marker.commit,
    topics: [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
    coordinatorEpoch: marker.coordinatorEpoch,
    transactionVersion: marker.transactionVersion,
  }
}

function errorsIn(
  topics: readonly {
    name: string
    partitions: readonly { partitionIndex: number; errorCode: number }[]
  }[],
): Map<string, ErrorName> {
  return new Map(
    topics.flatMap(({ name, partitions }) =>
      partitions.map(
        ({ partitionIndex: partition, errorCode }) =>
          [keyOf({ topic: name, partition }), errorName(errorCode)] as const,
      ),
    ),
  )
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

const failed = (partitions: readonly TopicPartition[], error: ErrorName): Answer =>
  partitions.map((at) => ({ at, error }))
