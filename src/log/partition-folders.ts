/** What lies in a log directory: a folder for each partition, and what is out of use under another name. */
import type { Disk } from '../host/disk.ts'
import type { Random } from '../host/random.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Logger } from './context.ts'
import { writeTopicId } from './directory-files.ts'
import { type LoadOptions as Loading, loadPartition } from './load.ts'
import type { LogConfig } from './log-config.ts'
import type { LogDirectory } from './log-directory.ts'
import { type FolderState, markedFolder, metadataTopic, parseFolder } from './names.ts'
import type { PartitionLog } from './partition-log.ts'

export interface LoadOptions {
  readonly config: (topic: string) => LogConfig
}

interface PlaceOptions extends LoadOptions {
  /** A partition that is open already, in whatever directory. */
  readonly find: (topic: string, partition: number) => PartitionLog | undefined
  readonly findFuture: (topic: string, partition: number) => PartitionLog | undefined
}

type Known = Omit<Loading, 'context' | 'folder' | 'topic' | 'partition' | 'topicId'>

export class PartitionFolders {
  readonly #host: { readonly disk: Disk; readonly random: Random; readonly logger: Logger }
  /** Directories in which a folder got another name, and a power cut may bring the old one back. */
  readonly #renamed = new Set<LogDirectory>()

  constructor(host: { disk: Disk; random: Random; logger: Logger }) {
    this.#host = host
  }

  /** One step for each partition that lies there. */
  *all(directory: LogDirectory, options: PlaceOptions): Generator<() => void> {
    const { disk, logger } = this.#host
    for (const { name, isDirectory } of disk.list(directory.path)) {
      if (!isDirectory || name === 'lost+found') continue
      const path = `${directory.path}/${name}`
      const found = parseFolder(name)
      if (found === null) {
        throw new KafkaError(
          'KAFKA_STORAGE_ERROR',
          `${path} is not the folder of a partition (topic-number): log directories hold nothing else; move it away`,
        )
      }
      const { topic, partition, state } = found
      if (topic === metadataTopic && state === 'live') continue
      if (state === 'delete') {
        directory.trash.throwAway([path], options.config(topic).fileDeleteDelayMs)
      } else if (state === 'future') {
        yield () => this.#openFuture(directory, name, { topic, partition }, options)
      } else if (state !== 'live') {
        logger.warn({ path }, `a folder that is put aside (-${state}) was left alone`)
      } else {
        yield () => this.#open(directory, name, { topic, partition }, options)
      }
    }
  }

  #open(
    directory: LogDirectory,
    folder: string,
    at: { topic: string; partition: number },
    { config, find }: PlaceOptions,
  ): void {
    const other = find(at.topic, at.partition)
    if (other !== undefined) {
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `the partition ${folder} lies in two log directories, ${other.directory} and ${directory.path}/${folder}: move one of them away`,
      )
    }
    const log = this.load(directory, folder, at, config(at.topic))
    directory.logs.set(log.name, log)
  }

  /** The copy of a partition, begun before the last stop. One is enough. */
  #openFuture(
    directory: LogDirectory,
    folder: string,
    at: { topic: string; partition: number },
    { config, findFuture }: PlaceOptions,
  ): void {
    if (findFuture(at.topic, at.partition) !== undefined) {
      const path = this.mark(directory, folder, 'delete')
      directory.trash.throwAway([path], config(at.topic).fileDeleteDelayMs)
      return
    }
    const log = this.load(directory, folder, at, config(at.topic))
    directory.futures.set(log.name, log)
  }

  /** Out of use, but kept as `-stray`. Without its topic's id, which a power cut took, nobody knows whose it was. */
  putAside(directory: LogDirectory, folder: string, isWithoutId = false): void {
    attempt(directory, () => {
      const path = this.mark(directory, folder, 'stray')
      this.#host.logger.warn(
        { path },
        isWithoutId
          ? "what lies here has lost its topic's id, and may be of an older topic of the name; none of it was flushed"
          : 'the metadata does not give this partition to this broker',
      )
    })
  }

  load(
    directory: LogDirectory,
    folder: string,
    at: { topic: string; partition: number; topicId?: string },
    config: LogConfig,
  ): PartitionLog {
    const { checkpoints, stoppedAtEpoch } = directory
    const name = `${at.topic}-${at.partition}`
    return this.open(directory, folder, at, {
      config,
      clean: stoppedAtEpoch !== null,
      recoveryPoint: checkpoints.recoveryPoint.get(name) ?? null,
      logStartOffset: checkpoints.logStart.get(name) ?? null,
      highWatermark: checkpoints.highWatermark.get(name) ?? null,
      cleanedUpTo: checkpoints.cleaner.get(name) ?? null,
    })
  }

  /** What lies there already, with what is known of it. */
  open(
    { context, path }: LogDirectory,
    folder: string,
    at: { topic: string; partition: number; topicId?: string },
    known: Known,
  ): PartitionLog {
    return loadPartition({ ...at, ...known, context, folder: `${path}/${folder}` })
  }

  /** A new partition. Throws KAFKA_STORAGE_ERROR where the disk fails. */
  make(
    directory: LogDirectory,
    at: { topic: string; partition: number; topicId: string },
    config: LogConfig,
    { asFuture = false }: { asFuture?: boolean } = {},
  ): PartitionLog {
    const { disk } = this.#host
    const name = `${at.topic}-${at.partition}`
    const folder = `${directory.path}/${asFuture ? this.#marked(name, 'future') : name}`
    this.syncRenames(directory)
    try {
      directory.forgetCheckpoints(name)
      disk.makeDirectory(folder)
      writeTopicId(disk, folder, at.topicId)
      const { context } = directory
      const nothing = {
        recoveryPoint: null,
        logStartOffset: null,
        highWatermark: null,
        cleanedUpTo: null,
      }
      const log = loadPartition({ ...at, ...nothing, context, folder, config, clean: true })
      log.store.parentDirty = true
      if (asFuture) directory.futures.set(name, log)
      else if (at.topic !== metadataTopic) directory.logs.set(name, log)
      return log
    } catch (error) {
      throw directory.failed(error)
    }
  }

  /** Gives the folder the name of something that is out of use. */
  mark(directory: LogDirectory, folder: string, state: Exclude<FolderState, 'live'>): string {
    const path = `${directory.path}/${this.#marked(folder, state)}`
    this.#host.disk.rename(`${directory.path}/${folder}`, path)
    this.#renamed.add(directory)
    return path
  }

  /** Before a partition gets its name in this directory: a power cut must not bring the old one back beside it, in another. */
  syncRenames(here: LogDirectory): void {
    for (const directory of this.#renamed) {
      if (directory === here) continue
      this.#renamed.delete(directory)
      if (directory.online) attempt(directory, () => this.#host.disk.syncDirectory(directory.path))
    }
  }

  #marked(folder: string, state: Exclude<FolderState, 'live'>): string {
    const { topic, partition } = parseFolder(folder)!
    const uniqueHex = Buffer.from(this.#host.random.bytes(16)).toString('hex')
    return markedFolder(topic, partition, { state, uniqueHex })
  }
}

/** A failure of the disk takes the directory offline; anything else goes on. */
export function attempt(directory: LogDirectory, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!directory.online) return
    if (error instanceof KafkaError) throw error
    directory.failed(error, { final: true })
  }
}
