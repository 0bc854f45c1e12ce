/** The log directories of one broker: every partition that lies there, and the files that say how far each is safe. */
import { metadataTopicId, uuidFrom } from '../base/uuid.ts'
import type { Cancel, Clock } from '../host/clock.ts'
import type { DirectoryLock } from '../host/directory-lock.ts'
import type { Disk } from '../host/disk.ts'
import type { Random } from '../host/random.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoints.ts'
import type { LogContext, Logger } from './context.ts'
import * as files from './directory-files.ts'
import { loadPartition } from './load.ts'
import { type LogConfig, logConfig } from './log-config.ts'
import { parseFolder } from './names.ts'
import { OpenFiles } from './open-files.ts'
import type { PartitionLog } from './partition-log.ts'

export interface LogManagerOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly directories: readonly string[]
  readonly metadataDirectory: string | null
  readonly nodeId: number
  readonly clusterId: string | null
  readonly settings: BrokerConfigs
}

export interface LogDirectory {
  readonly path: string
  readonly id: string
  readonly online: boolean
  readonly totalBytes: bigint
  readonly usableBytes: bigint
  readonly logs: readonly PartitionLog[]
}

const metadataTopic = '__cluster_metadata'

export class LogManager {
  readonly clusterId: string
  readonly previousBrokerEpoch: bigint | null
  readonly #options: LogManagerOptions
  readonly #context: LogContext
  readonly #directory: string
  readonly #directoryId: string
  readonly #lock: DirectoryLock
  readonly #logs = new Map<string, PartitionLog>()
  #cancel: Cancel = () => {}

  static async open(options: LogManagerOptions): Promise<LogManager> {
    return new LogManager(options)
  }

  private constructor(options: LogManagerOptions) {
    const { disk, clock, random, logger, nodeId, settings } = options
    this.#options = options
    const directory = options.directories[0] as string
    this.#directory = directory
    disk.makeDirectory(directory)
    this.#lock = disk.lock(directory)
    const known = files.readMetaProperties(disk, directory)
    if (known !== null && known.nodeId !== nodeId) {
      throw new KafkaError(
        'INCONSISTENT_CLUSTER_ID',
        `${directory} belongs to node ${known.nodeId}, not ${nodeId}`,
      )
    }
    this.clusterId = known?.clusterId ?? options.clusterId ?? uuidFrom(random)
    this.#directoryId = known?.directoryId ?? uuidFrom(random)
    if (known === null) {
      const meta = { clusterId: this.clusterId, nodeId, directoryId: this.#directoryId }
      const text = files.formatMetaProperties(meta, new Date(clock.now()))
      disk.replaceFile(`${directory}/${files.metaPropertiesFile}`, Buffer.from(text))
    }
    this.#context = {
      disk,
      clock,
      random,
      logger,
      files: new OpenFiles(disk),
      producerIdExpirationMs: () => settings.get('producer.id.expiration.ms'),
      offline: () => null,
      failed: (error) =>
        error instanceof KafkaError
          ? error
          : new KafkaError('KAFKA_STORAGE_ERROR', (error as Error).message, { cause: error }),
      removeLater: (paths, delayMs) => {
        clock.schedule(delayMs, () => {
          for (const path of paths) disk.remove(path)
        })
      },
    }
    this.previousBrokerEpoch = files.readCleanShutdown(disk, directory)
    this.#loadAll(this.previousBrokerEpoch !== null)
    disk.remove(`${directory}/${files.cleanShutdownFile}`)
    this.#keepCheckpoints()
  }

  metadataLog(): PartitionLog {
    return (
      this.get(metadataTopic, 0) ??
      this.create(
        metadataTopic,
        0,
        metadataTopicId,
        logConfig((name) => this.#options.settings.topic().get(name)),
      )
    )
  }

  get(topic: string, partition: number): PartitionLog | undefined {
    return this.#logs.get(`${topic}-${partition}`)
  }

  *all(): Iterable<PartitionLog> {
    yield* this.#logs.values()
  }

  create(topic: string, partition: number, topicId: string, config: LogConfig): PartitionLog {
    const { disk } = this.#options
    const folder = `${this.#directory}/${topic}-${partition}`
    disk.makeDirectory(folder)
    if (topic !== metadataTopic || true) {
      disk.writeFile(
        `${folder}/${files.partitionMetadataFile}`,
        Buffer.from(files.formatTopicId(topicId)),
      )
    }
    const log = loadPartition({
      context: this.#context,
      folder,
      topic,
      partition,
      topicId,
      config,
      clean: true,
      recoveryPoint: null,
      logStartOffset: null,
      highWatermark: null,
    })
    this.#logs.set(log.name, log)
    return log
  }

  delete(topic: string, partition: number): void {
    const log = this.get(topic, partition)
    if (log === undefined) return
    this.#logs.delete(log.name)
    log.close()
    this.#options.disk.removeTree(log.directory)
  }

  directories(): LogDirectory[] {
    const { disk } = this.#options
    const { totalBytes, usableBytes } = disk.space(this.#directory)
    const logs = [...this.#logs.values()].filter(({ topic }) => topic !== metadataTopic)
    return [
      { path: this.#directory, id: this.#directoryId, online: true, totalBytes, usableBytes, logs },
    ]
  }

  async close({ brokerEpoch }: { brokerEpoch: bigint }): Promise<void> {
    this.#cancel()
    for (const log of this.#logs.values()) await log.closeCleanly()
    this.#writeCheckpoints()
    const path = `${this.#directory}/${files.cleanShutdownFile}`
    this.#options.disk.replaceFile(path, Buffer.from(files.formatCleanShutdown(brokerEpoch)))
    this.#lock.release()
  }

  #loadAll(clean: boolean): void {
    const { disk, settings } = this.#options
    const recoveryPoints = readCheckpoint(disk, this.#directory, 'recoveryPoint')
    const highWatermarks = readCheckpoint(disk, this.#directory, 'highWatermark')
    const logStarts = readCheckpoint(disk, this.#directory, 'logStart')
    for (const { name, isDirectory } of disk.list(this.#directory)) {
      const parsed = isDirectory ? parseFolder(name) : null
      if (parsed === null || parsed.state !== 'live') continue
      const log = loadPartition({
        context: this.#context,
        folder: `${this.#directory}/${name}`,
        topic: parsed.topic,
        partition: parsed.partition,
        config: logConfig((each) => settings.topic().get(each)),
        clean,
        recoveryPoint: recoveryPoints.get(name) ?? null,
        logStartOffset: logStarts.get(name) ?? null,
        highWatermark: highWatermarks.get(name) ?? null,
      })
      this.#logs.set(log.name, log)
    }
  }

  #keepCheckpoints(): void {
    this.#cancel = this.#options.clock.schedule(5000, () => {
      this.#writeCheckpoints()
      this.#keepCheckpoints()
    })
  }

  #writeCheckpoints(): void {
    const { disk } = this.#options
    const logs = [...this.#logs.values()].filter(({ topic }) => topic !== metadataTopic)
    const entry = (offset: (log: PartitionLog) => bigint) =>
      logs.map((log) => ({ topic: log.topic, partition: log.partition, offset: offset(log) }))
    writeCheckpoint(
      disk,
      this.#directory,
      'recoveryPoint',
      entry((log) => log.recoveryPoint),
    )
    writeCheckpoint(
      disk,
      this.#directory,
      'highWatermark',
      entry((log) => log.highWatermark),
    )
    const trimmed = logs
      .filter((log) => log.logStartOffset > log.store.segments.first.baseOffset)
      .map((log) => ({ topic: log.topic, partition: log.partition, offset: log.logStartOffset }))
    writeCheckpoint(disk, this.#directory, 'logStart', trimmed)
  }
}
