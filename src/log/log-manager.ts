/** All partitions of a broker, in the log directories that it was given; opened together, kept in order, closed together. */
import { zeroUuid } from '../base/uuid.ts'
import type { Clock } from '../host/clock.ts'
import type { Disk } from '../host/disk.ts'
import type { Random } from '../host/random.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Logger } from './context.ts'
import { FutureLogs } from './future-logs.ts'
import type { LogConfig } from './log-config.ts'
import { LogDirectory, usableDisk } from './log-directory.ts'
import { Maintenance } from './maintenance.ts'
import { openMetadataLog } from './metadata-log.ts'
import { metadataTopic } from './names.ts'
import { openDirectories } from './open-directories.ts'
import { OpenFiles } from './open-files.ts'
import { attempt, type LoadOptions, PartitionFolders } from './partition-folders.ts'
import type { PartitionLog } from './partition-log.ts'

export interface LogManagerOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** log.dirs */
  readonly directories: readonly string[]
  /** metadata.log.dir; null: the first of log.dirs. */
  readonly metadataDirectory?: string | null
  readonly nodeId: number
  /** The one that fresh directories get; null: a new one. */
  readonly clusterId?: string | null
  readonly settings: BrokerConfigs
  readonly openFilesMax?: number
}

export interface DirectoryView {
  readonly path: string
  readonly id: string
  readonly online: boolean
  /** −1 where it cannot be told. */
  readonly totalBytes: bigint
  readonly usableBytes: bigint
  readonly logs: readonly PartitionLog[]
  /** Copies that are being made to take the place of logs in other directories. */
  readonly futures: readonly PartitionLog[]
}

/** Between two looks at the clock while many partitions are opened. */
const turnMs = 20

export class LogManager {
  readonly clusterId: string
  settings: BrokerConfigs
  readonly futures: FutureLogs
  readonly #options: LogManagerOptions
  readonly #directories: readonly LogDirectory[]
  readonly #metadataDirectory: LogDirectory
  readonly #listeners: ((directoryId: string, cause: KafkaError) => void)[] = []
  readonly #maintenance: Maintenance
  readonly #folders: PartitionFolders
  #metadataLog: PartitionLog | null = null
  #loaded = false

  /** Locks the directories and reads whose they are. Throws KafkaError where the broker cannot start with them. */
  static async open(options: LogManagerOptions): Promise<LogManager> {
    return new LogManager(options)
  }

  private constructor(options: LogManagerOptions) {
    const { disk, clock, random, logger, nodeId, clusterId = null } = options
    this.#options = options
    this.settings = options.settings
    this.#folders = new PartitionFolders({ disk, random, logger })
    const files = new OpenFiles(disk, options.openFilesMax)
    const host = {
      disk,
      clock,
      random,
      logger,
      files,
      producerIdExpirationMs: () => this.settings.get('producer.id.expiration.ms'),
    }
    const { metadataDirectory, directories } = options
    const paths = [...new Set([...directories, ...(metadataDirectory ? [metadataDirectory] : [])])]
    this.#directories = paths.map(
      (path) => new LogDirectory(path, host, (directory, cause) => this.#offline(directory, cause)),
    )
    this.#metadataDirectory =
      this.#directories.find(({ path }) => path === metadataDirectory) ?? this.#directories[0]!
    try {
      const metadata = this.#metadataDirectory
      this.clusterId = openDirectories(this.#directories, { clusterId, nodeId, random, metadata })
      this.#ensureUsable()
    } catch (error) {
      for (const directory of this.#directories) directory.release()
      throw error
    }
    this.#maintenance = new Maintenance({
      clock,
      random,
      logger,
      settings: () => this.settings,
      directories: this.#directories,
      metadataLog: () => this.#metadataLog,
    })
    this.futures = new FutureLogs({
      disk,
      logger,
      directories: this.#directories,
      folders: this.#folders,
      checkpoint: (directory) => this.#maintenance.checkpointAll(directory),
    })
  }

  /** The broker's epoch at its last stop, if that was clean in every directory; else null (KIP-966). */
  get previousBrokerEpoch(): bigint | null {
    const epochs = this.#online.map(({ stoppedAtEpoch }) => stoppedAtEpoch)
    return epochs.every((each) => each !== null && each === epochs[0]) ? (epochs[0] ?? null) : null
  }

  /** Opens `__cluster_metadata-0`, or makes it. */
  metadataLog(): PartitionLog {
    this.#metadataLog ??= openMetadataLog({
      folders: this.#folders,
      directory: this.#metadataDirectory,
      directories: this.#online,
      settings: this.settings,
    })
    return this.#metadataLog
  }

  /**
   * Opens all other partitions; those that were not closed cleanly are recovered first. Lets others have their turn in between.
   */
  async load({ config }: LoadOptions): Promise<void> {
    if (this.#loaded) return
    this.#loaded = true
    const { clock } = this.#options
    const find = (topic: string, partition: number) => this.get(topic, partition)
    const findFuture = (topic: string, partition: number) => this.futures.get(topic, partition)
    let turnEnds = clock.monotonic() + turnMs
    for (const directory of this.#online) {
      for (const open of this.#folders.all(directory, { config, find, findFuture })) {
        attempt(directory, open)
        if (!directory.online) break
        if (clock.monotonic() < turnEnds) continue
        await new Promise<void>((resolve) => clock.schedule(0, resolve, { keepAlive: true }))
        turnEnds = clock.monotonic() + turnMs
      }
    }
    this.#ensureUsable()
    this.#maintenance.start()
  }

  /** With the topic's id: not a log that was left by an older topic of the same name, which is put aside as `-stray`. */
  get(topic: string, partition: number, topicId?: string): PartitionLog | undefined {
    if (topic === metadataTopic) return this.metadataLog()
    for (const directory of this.#directories) {
      const log = directory.online ? directory.logs.get(`${topic}-${partition}`) : undefined
      if (log === undefined) continue
      if (topicId === undefined || log.topicId === topicId) return log
      if (log.topicId === '' && log.logEndOffset === 0n) {
        log.adopt(topicId)
        return log
      }
      // Without an id it may be of an older topic of the name, too: the power went before the id was safe, and so before any record was.
      this.putAside(topic, partition)
      return undefined
    }
    return undefined
  }

  /** In the directory that was asked for, else in the one that has the fewest partitions. Throws KAFKA_STORAGE_ERROR where the disk fails. */
  create(topic: string, partition: number, topicId: string, config: LogConfig): PartitionLog {
    const wanted = this.futures.takePreferred(topic, partition)
    const [fewest] = this.#online.sort((a, b) => a.logs.size - b.logs.size)
    const directory = this.#online.find(({ path }) => path === wanted) ?? fewest
    if (directory === undefined) throw this.#allOffline()
    return this.#folders.make(directory, { topic, partition, topicId }, config)
  }

  /** Out of use at once, away after `file.delete.delay.ms`; with the copy that is being made of it. */
  delete(topic: string, partition: number): void {
    this.futures.cancel(topic, partition)
    const name = `${topic}-${partition}`
    const directory = this.#directories.find(({ logs }) => logs.has(name))
    const log = directory?.logs.get(name)
    if (directory === undefined || log === undefined) return
    directory.logs.delete(name)
    log.close()
    if (!directory.online) return
    attempt(directory, () => {
      const path = this.#folders.mark(directory, `${topic}-${partition}`, 'delete')
      directory.trash.throwAway([path], log.config.fileDeleteDelayMs)
    })
  }

  /** Out of use, but kept as `-stray`: what lies here although the metadata does not give it to this broker. */
  putAside(topic: string, partition: number): void {
    const name = `${topic}-${partition}`
    const directory = this.#directories.find(({ logs }) => logs.has(name))
    const log = directory?.logs.get(name)
    if (directory === undefined || log === undefined) return
    directory.logs.delete(name)
    log.close()
    if (directory.online) this.#folders.putAside(directory, name, log.topicId === '')
  }

  *all(): Iterable<PartitionLog> {
    for (const { logs } of this.#directories) yield* logs.values()
  }

  /** Whether what the metadata say to lie in this directory may lie in one that has failed, and come back with it. */
  mayComeBack(directoryId: string | undefined): boolean {
    const isNew = directoryId === undefined || directoryId === zeroUuid
    const isOnline = this.#online.some(({ id }) => id === directoryId)
    return !isNew && !isOnline && this.#online.length < this.#directories.length
  }

  /** Null where it lies in none of them any more. */
  directoryIdOf(log: PartitionLog): string | null {
    const lies = ({ logs, futures }: LogDirectory) => {
      return (logs.get(log.name) ?? futures.get(log.name)) === log
    }
    return this.#directories.find(lies)?.id ?? null
  }

  /** Those of log.dirs, in that order. */
  directories(): DirectoryView[] {
    const { disk } = this.#options
    return this.#directories.map(({ path, id, online, logs, futures }) => ({
      path,
      id,
      online,
      ...(online ? usableDisk(disk, path) : { totalBytes: -1n, usableBytes: -1n }),
      logs: [...logs.values()],
      futures: [...futures.values()],
    }))
  }

  /** The same without a look at disks and logs. */
  directoryPlaces(): Pick<DirectoryView, 'path' | 'id' | 'online'>[] {
    return this.#directories.map(({ path, id, online }) => ({ path, id, online }))
  }

  /** Calls when a directory fails: its partitions are lost to this broker. With the last one the broker has to stop. */
  onDirectoryOffline(listener: (directoryId: string, cause: KafkaError) => void): void {
    this.#listeners.push(listener)
  }

  /** Lets go of what need not be kept any more; from then on a clock sees to that. */
  applyRetention(): void {
    this.#maintenance.applyRetention(this.#options.clock.now())
  }

  /** Flushes everything and leaves the checkpoints and the mark of a clean stop. */
  async close({ brokerEpoch }: { brokerEpoch: bigint }): Promise<void> {
    await this.#maintenance.close()
    await Promise.all(this.#online.map((directory) => this.#closeDirectory(directory, brokerEpoch)))
    for (const directory of this.#directories) directory.release()
  }

  get #online(): LogDirectory[] {
    return this.#directories.filter(({ online }) => online)
  }

  async #closeDirectory(directory: LogDirectory, brokerEpoch: bigint): Promise<void> {
    const logs = [...directory.held()]
    if (directory === this.#metadataDirectory && this.#metadataLog !== null) {
      logs.push(this.#metadataLog)
    }
    await directory.trash.close()
    // What does not close well takes the directory offline, and there is then no mark.
    await Promise.allSettled(logs.map((log) => log.closeCleanly()))
    // Partitions that were never opened keep what the checkpoints said of them.
    if (
      !this.#loaded ||
      logs.some(({ recoveryPoint, logEndOffset }) => recoveryPoint < logEndOffset)
    ) {
      return
    }
    this.#maintenance.checkpointAll(directory)
    directory.markClean(brokerEpoch)
  }

  #offline(directory: LogDirectory, cause: KafkaError): void {
    for (const listener of this.#listeners) listener(directory.id, cause)
  }

  #ensureUsable(): void {
    if (!this.#metadataDirectory.online) {
      throw this.#metadataDirectory.context.offline() ?? this.#allOffline()
    }
    if (this.#online.length === 0) throw this.#allOffline()
  }

  #allOffline(): KafkaError {
    return new KafkaError('KAFKA_STORAGE_ERROR', 'all log directories have failed')
  }
}
