/**
 * The replicas of this broker. It answers who leads a partition from the metadata, appends and reads for the handlers, and
 * lets them wait for the high watermark. Nothing here knows how many brokers there are.
 */
import type { Clock } from '../host/clock.ts'
import type { Appended } from '../log/appended.ts'
import type { LogManager } from '../log/log-manager.ts'
import type { MetadataImage, PartitionImage } from '../metadata/image.ts'
import { minInSync } from '../partition/min-in-sync.ts'
import type { FollowerFetch, PartitionEffect } from '../partition/partition.ts'
import type { ErrorName } from '../protocol/errors.ts'
import { Hosted } from './hosted.ts'
import { epochError } from './leader-epoch.ts'
import type { Logger } from './logger.ts'
import { replicaLog } from './replica-log.ts'
import type { Settings } from './settings.ts'

export interface ReplicasOptions {
  readonly brokerId: number
  readonly logs: LogManager
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: Settings
  readonly image: () => MetadataImage
  /** This broker began or ceased to lead a partition; coordinators live with their partitions. */
  readonly onLeadership: (topic: string, partition: number, leaderEpoch: number | null) => void
  /** What a turn of a replica wants done among brokers. */
  readonly onEffects: (hosted: Hosted, effects: readonly PartitionEffect[]) => void
  /** The metadata have told in which directory the replica lies. */
  readonly onPlaced: (hosted: Hosted) => void
}

export type AppendOutcome =
  | { ok: true; hosted: Hosted; appended: Appended }
  | {
      ok: false
      error: ErrorName
      message: string | null
      recordErrors: readonly { batchIndex: number; message: string | null }[]
      logStartOffset: bigint
    }

export type Origin = 'client' | 'coordinator'

export interface AppendRequest {
  readonly acks: number
  readonly origin: Origin
  readonly apiVersion?: number
  readonly transactionVersion?: number
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export class Replicas {
  readonly #options: ReplicasOptions
  readonly #hosted = new Map<string, Hosted[]>()

  constructor(options: ReplicasOptions) {
    this.#options = options
  }

  /** The replica here, leading or not. */
  get(topic: string, partition: number): Hosted | undefined {
    return this.#hosted.get(topic)?.[partition]
  }

  *all(): Iterable<Hosted> {
    for (const partitions of this.#hosted.values()) {
      for (const each of partitions) if (each !== undefined) yield each
    }
  }

  /** The replica that leads here, or what to tell the client. */
  leader(topic: string, partition: number, leaderEpoch = -1): Hosted | ErrorName {
    const hosted = this.get(topic, partition)
    if (hosted?.leading !== true) {
      const known = this.#options.image().topicsByName.get(topic)?.partitions[partition]
      return known === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'NOT_LEADER_OR_FOLLOWER'
    }
    return epochError(leaderEpoch, hosted.state.leaderEpoch) ?? hosted
  }

  /** The replica that answers consumers here: the leader, or a follower, which knows less of what is safe (KIP-392). */
  readable(topic: string, partition: number, leaderEpoch: number): Hosted | ErrorName {
    const hosted = this.get(topic, partition)
    if (hosted?.state.role !== 'following') return this.leader(topic, partition, leaderEpoch)
    return epochError(leaderEpoch, hosted.state.leaderEpoch) ?? hosted
  }

  append(
    { topic, partition }: TopicPartition,
    records: Uint8Array,
    { acks, origin, ...of }: AppendRequest,
  ): AppendOutcome {
    const hosted = this.leader(topic, partition)
    if (typeof hosted === 'string') return refused(hosted)
    if (acks === -1 && hosted.state.inSync.length < hosted.state.minInSync) {
      return refused('NOT_ENOUGH_REPLICAS', hosted.log.logStartOffset)
    }
    const now = this.#options.clock.now()
    const { leaderEpoch } = hosted.state
    const appended = hosted.log.appendAsLeader(records, { leaderEpoch, origin, now, ...of })
    if (!appended.ok) return { ...appended, logStartOffset: hosted.log.logStartOffset }
    // Where `flush.messages` asks for it, a record counts from when it is on the medium.
    if (appended.flushed === null) this.#grew(hosted)
    else void hosted.flushed(appended.flushed).then(() => this.#grew(hosted), hosted.wake)
    return { ok: true, hosted, appended }
  }

  /** A follower asked: how far it is may move the high watermark, or bring it back in sync. */
  followed(hosted: Hosted, by: FollowerFetch): void {
    const broker = this.#options.image().brokers.get(by.replicaId)
    // A broker that is fenced, or an earlier life of it, must not count as in sync (KIP-841, KIP-903).
    const eligible = broker !== undefined && !broker.fenced && broker.epoch === by.brokerEpoch
    const now = this.#options.clock.now()
    this.#tell(hosted, hosted.turn({ kind: 'fetched', by, eligible }, now))
  }

  /** Waits until the append is worth what `acks` asks for. */
  acknowledged(
    { hosted, appended }: AppendOutcome & { ok: true },
    { acks, timeoutMs }: { acks: number; timeoutMs: number },
  ): Promise<ErrorName | 'NONE'> | ErrorName | 'NONE' {
    if (acks === -1) return this.safe(hosted, appended.lastOffset + 1n, timeoutMs)
    if (appended.flushed === null) return 'NONE'
    return hosted.flushed(appended.flushed).then(
      () => 'NONE' as const,
      () => 'KAFKA_STORAGE_ERROR' as const,
    )
  }

  #grew(hosted: Hosted): void {
    const { logEndOffset } = hosted.log
    this.#tell(hosted, hosted.turn({ kind: 'appended', logEndOffset }, this.#options.clock.now()))
  }

  /** Waits until every in-sync replica holds the log up to `offset`, for at most `timeoutMs`. */
  safe(
    hosted: Hosted,
    offset: bigint,
    timeoutMs: number,
  ): Promise<ErrorName | 'NONE'> | 'NONE' | ErrorName {
    const { leaderEpoch } = hosted.state
    const look = (): ErrorName | 'NONE' | null => {
      if (hosted.log.offline) return 'KAFKA_STORAGE_ERROR'
      if (!hosted.leading || hosted.state.leaderEpoch !== leaderEpoch)
        return 'NOT_LEADER_OR_FOLLOWER'
      if (hosted.state.highWatermark < offset) return null
      return hosted.state.inSync.length < hosted.state.minInSync
        ? 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'
        : 'NONE'
    }
    const verdict = look()
    if (verdict !== null) return verdict
    return new Promise((resolve) => {
      const end = (error: ErrorName | 'NONE') => {
        forget()
        cancel()
        resolve(error)
      }
      const forget = hosted.watch(() => {
        const seen = look()
        if (seen !== null) end(seen)
      })
      const cancel = this.#options.clock.schedule(timeoutMs, () => end('REQUEST_TIMED_OUT'))
    })
  }

  /** The topics of which replicas lie here. */
  topics(): Iterable<string> {
    return this.#hosted.keys()
  }

  /** Brings replicas in line with what the metadata says of these partitions. */
  topicChanged(name: string, partitions: Iterable<number>): void {
    const topic = this.#options.image().topicsByName.get(name)
    if (topic === undefined) return
    for (const partition of partitions) {
      const assignment = topic.partitions[partition]
      if (assignment !== undefined) this.#assign(name, topic.id, partition, assignment)
    }
  }

  /** Logs that no topic of the metadata has any use for: a crash came between the end of a topic and that of its files. */
  putStraysAside(): void {
    const { logs } = this.#options
    const strays = [...logs.all()].filter(
      ({ topic, partition }) => this.get(topic, partition) === undefined,
    )
    for (const { topic, partition } of strays) logs.putAside(topic, partition)
    for (const { topic, partition } of [...logs.futures.all()]) {
      if (this.get(topic, partition) === undefined) logs.futures.putAside(topic, partition)
    }
  }

  topicDeleted(name: string): void {
    for (const hosted of this.#hosted.get(name) ?? []) {
      if (hosted === undefined) continue
      const { partition } = hosted.log
      this.#resign(hosted)
      this.#options.logs.delete(name, partition)
    }
    this.#hosted.delete(name)
  }

  /** A topic's (or the cluster's) configuration changed. */
  configChanged(name: string): void {
    const { settings, clock } = this.#options
    const config = settings.log(name)
    for (const hosted of this.#hosted.get(name) ?? []) {
      if (hosted === undefined) continue
      hosted.log.config = config
      const wanted = minInSync(settings.minInSyncReplicas(name), hosted.state.replicas.length)
      hosted.turn({ kind: 'configured', minInSync: wanted }, clock.now())
    }
  }

  #assign(topic: string, topicId: string, partition: number, known: PartitionImage): void {
    const { brokerId, clock, settings } = this.#options
    let present = this.get(topic, partition)
    if (present !== undefined && present.log.topicId !== topicId) {
      this.#remove(present)
      present = undefined
    }
    if (!known.replicas.includes(brokerId)) {
      if (present !== undefined) this.#remove(present)
      return
    }
    const directoryId = known.directories[known.replicas.indexOf(brokerId)]
    const at = { topic, partition, topicId, directoryId }
    const log = present?.log ?? replicaLog(this.#options, at)
    if (log === null) return
    const hosted = present ?? this.#host(new Hosted(brokerId, log))
    const assignment = {
      leaderId: known.leader,
      leaderEpoch: known.leaderEpoch,
      partitionEpoch: known.partitionEpoch,
      replicas: known.replicas,
      inSync: known.isr,
      minInSync: minInSync(settings.minInSyncReplicas(topic), known.replicas.length),
    }
    const { logEndOffset } = log
    const effects = hosted.turn({ kind: 'assigned', assignment, logEndOffset }, clock.now())
    this.#tell(hosted, effects)
    this.#options.onPlaced(hosted)
  }

  #host(hosted: Hosted): Hosted {
    const { topic, partition } = hosted.log
    const partitions = this.#hosted.get(topic) ?? []
    partitions[partition] = hosted
    this.#hosted.set(topic, partitions)
    hosted.log.config = this.#options.settings.log(topic)
    return hosted
  }

  #remove(hosted: Hosted): void {
    const { topic, partition } = hosted.log
    this.#resign(hosted)
    delete this.#hosted.get(topic)?.[partition]
    this.#options.logs.delete(topic, partition)
  }

  #resign(hosted: Hosted): void {
    const { topic, partition } = hosted.log
    if (hosted.leading) this.#options.onLeadership(topic, partition, null)
    hosted.state.role = 'offline'
    this.#options.onEffects(hosted, [{ kind: 'resigned' }])
    hosted.wake()
  }

  #tell(hosted: Hosted, effects: readonly PartitionEffect[]): void {
    if (effects.length === 0) return
    const { topic, partition } = hosted.log
    for (const effect of effects) {
      if (effect.kind === 'began-leading') {
        hosted.log.beginEpoch(effect.leaderEpoch)
        this.#options.onLeadership(topic, partition, effect.leaderEpoch)
      }
      if (effect.kind === 'began-following' || effect.kind === 'resigned') {
        this.#options.onLeadership(topic, partition, null)
      }
    }
    this.#options.onEffects(hosted, effects)
  }
}

const refused = (error: ErrorName, logStartOffset = -1n): AppendOutcome => ({
  ok: false,
  error,
  message: null,
  recordErrors: [],
  logStartOffset,
})
