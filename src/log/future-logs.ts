/**
 * Copies of partitions that are to take the place of the original, in another log directory (KIP-113):
 *
 *   begin ──▶ whoever moves the partition copies into it ──▶ replace, or cancel
 *
 * Invariant: whenever the process ends or the power fails, the original lies there whole, or a copy that has all of it; and never
 * both under the name of the partition, which no start would take.
 */
import { basename } from 'node:path'
import { assert } from '../base/assert.ts'
import type { Disk } from '../host/disk.ts'
import { KafkaError } from '../protocol/errors.ts'
import { complete } from './complete.ts'
import type { Logger } from './context.ts'
import type { LogDirectory } from './log-directory.ts'
import { attempt, type PartitionFolders } from './partition-folders.ts'
import type { PartitionLog } from './partition-log.ts'

export interface FutureLogsOptions {
  readonly disk: Disk
  readonly logger: Logger
  readonly directories: readonly LogDirectory[]
  readonly folders: PartitionFolders
  readonly checkpoint: (directory: LogDirectory) => void
}

interface Place {
  readonly directory: LogDirectory
  readonly log: PartitionLog
}

type Offsets = Pick<PartitionLog, 'logStartOffset' | 'highWatermark' | 'config'>

const preferredMax = 10_000

export class FutureLogs {
  readonly #options: FutureLogsOptions
  /** Where partitions are to be made that are not here yet. */
  readonly #preferred = new Map<string, string>()

  constructor(options: FutureLogsOptions) {
    this.#options = options
  }

  get(topic: string, partition: number): PartitionLog | undefined {
    return this.#find(`${topic}-${partition}`)?.log
  }

  *all(): Iterable<PartitionLog> {
    for (const { futures } of this.#options.directories) yield* futures.values()
  }

  prefer(topic: string, partition: number, path: string): void {
    this.#preferred.set(`${topic}-${partition}`, path)
    if (this.#preferred.size > preferredMax) {
      this.#preferred.delete(this.#preferred.keys().next().value!)
    }
  }

  /** The path of the directory that was asked for; asked for once, it is forgotten. */
  takePreferred(topic: string, partition: number): string | undefined {
    const name = `${topic}-${partition}`
    const path = this.#preferred.get(name)
    this.#preferred.delete(name)
    return path
  }

  /** An empty copy. Throws KAFKA_STORAGE_ERROR where the disk fails. */
  begin({ topic, partition, topicId, config }: PartitionLog, path: string): PartitionLog {
    const { directories, folders, checkpoint } = this.#options
    const directory = directories.find((each) => each.path === path)
    assert(directory?.online === true, 'only a directory that works gets a copy')
    const at = { topic, partition, topicId }
    const future = folders.make(directory, at, config, { asFuture: true })
    // What the checkpoints say of an earlier log of this name must not count for this one.
    checkpoint(directory)
    return future
  }

  /** Out of use at once, away after `file.delete.delay.ms`. */
  cancel(topic: string, partition: number): void {
    const found = this.#takeOut(`${topic}-${partition}`)
    if (found === undefined) return
    const { directory, log } = found
    attempt(directory, () => {
      const path = this.#options.folders.mark(directory, basename(log.directory), 'delete')
      directory.trash.throwAway([path], log.config.fileDeleteDelayMs)
    })
  }

  /** Out of use, but kept as `-stray`. */
  putAside(topic: string, partition: number): void {
    const found = this.#takeOut(`${topic}-${partition}`)
    if (found === undefined) return
    this.#options.folders.putAside(found.directory, basename(found.log.directory))
  }

  /**
   * The copy, which has all of it, takes the place of the current log; returns what the partition's log is from now on. Throws
   * KAFKA_STORAGE_ERROR where a directory fails; then the partition lies where it was.
   */
  replace(current: PartitionLog): PartitionLog {
    const { name, topic, partition } = current
    const { directory: target, log: future } = this.#find(name)!
    const source = this.#options.directories.find(({ logs }) => logs.get(name) === current)
    assert(source !== undefined && future.logEndOffset === current.logEndOffset, 'it is complete')
    closeSafely(target, future)
    const { cleaner } = source.checkpoints
    const cleanedUpTo = cleaner.get(name)
    const aside = this.#setAside(source, current)
    let log: PartitionLog
    try {
      log = this.#promote({ directory: target, log: future }, current, cleanedUpTo ?? null)
    } catch (error) {
      target.failed(error, { final: true })
      return this.#restore(source, current, { aside, cleanedUpTo: cleanedUpTo ?? null })
    }
    for (const { epoch, startOffset } of current.epochStarts())
      log.epochs.assign(epoch, startOffset)
    cleaner.delete(name)
    target.checkpoints.cleaner.delete(name)
    if (cleanedUpTo !== undefined) target.checkpoints.cleaner.set(name, cleanedUpTo)
    for (const directory of [target, source]) this.#checkpoint(directory)
    source.trash.throwAway([aside], current.config.fileDeleteDelayMs)
    const [from, to] = [source.path, target.path]
    this.#options.logger.info({ topic, partition, from, to }, 'moved to another log directory')
    return log
  }

  /**
   * At a start, where the current log is not here: a stop came in the middle of `replace`, or its directory has failed after the
   * controller had been told that the copy counts (KAFKA-16082). Undefined where neither can be told.
   */
  recover(at: {
    topic: string
    partition: number
    topicId: string
    /** Where the metadata say that the replica lies. */
    directoryId: string | undefined
  }): PartitionLog | undefined {
    const { directories, logger } = this.#options
    const found = this.#find(`${at.topic}-${at.partition}`)
    if (found === undefined) return undefined
    const { directory, log: future } = found
    if (future.topicId !== at.topicId) {
      this.putAside(at.topic, at.partition)
      return undefined
    }
    const isKnown = directory.id === at.directoryId || directories.every(({ online }) => online)
    if (!isKnown) return undefined
    this.#options.folders.syncRenames(directory)
    closeSafely(directory, future)
    const cleanedUpTo = directory.checkpoints.cleaner.get(future.name) ?? null
    try {
      const log = this.#promote(found, future, cleanedUpTo)
      logger.warn({ path: log.directory }, 'a copy took the place of the log that is not here')
      return log
    } catch (error) {
      throw directory.failed(error, { final: true })
    }
  }

  #find(name: string): Place | undefined {
    for (const directory of this.#options.directories) {
      const log = directory.online ? directory.futures.get(name) : undefined
      if (log !== undefined) return { directory, log }
    }
    return undefined
  }

  #takeOut(name: string): Place | undefined {
    const found = this.#find(name)
    found?.directory.futures.delete(name)
    found?.log.close()
    return found
  }

  /** The path under which the log is out of use; safe before anything else gets its name. */
  #setAside(source: LogDirectory, log: PartitionLog): string {
    const { disk, folders } = this.#options
    log.close()
    try {
      const path = folders.mark(source, log.name, 'delete')
      disk.syncDirectory(source.path)
      source.logs.delete(log.name)
      return path
    } catch (error) {
      throw source.failed(error, { final: true })
    }
  }

  #promote({ directory, log: future }: Place, like: Offsets, cleanedUpTo: bigint | null) {
    const { disk, folders } = this.#options
    const { name, topic, partition, topicId } = future
    disk.rename(future.directory, `${directory.path}/${name}`)
    disk.syncDirectory(directory.path)
    directory.futures.delete(name)
    const { config, highWatermark, logStartOffset } = like
    const known = { config, highWatermark, logStartOffset, cleanedUpTo, recoveryPoint: null }
    const at = { topic, partition, topicId }
    const log = folders.open(directory, name, at, { ...known, clean: true })
    directory.logs.set(name, log)
    return log
  }

  /** The other directory failed at the last moment. */
  #restore(
    source: LogDirectory,
    log: PartitionLog,
    { aside, cleanedUpTo }: { aside: string; cleanedUpTo: bigint | null },
  ): PartitionLog {
    const { disk, folders } = this.#options
    const { name, topic, partition, topicId, config, highWatermark, logStartOffset } = log
    try {
      disk.rename(aside, log.directory)
      disk.syncDirectory(source.path)
      const known = { config, highWatermark, logStartOffset, cleanedUpTo }
      const { recoveryPoint } = log
      const at = { topic, partition, topicId }
      const again = folders.open(source, name, at, { ...known, recoveryPoint, clean: false })
      source.logs.set(name, again)
      return again
    } catch (error) {
      throw source.failed(error, { final: true })
    }
  }

  #checkpoint(directory: LogDirectory): void {
    this.#options.checkpoint(directory)
    const { cleaner } = directory.checkpoints
    directory.writeCheckpoint('cleaner', ({ name }) => cleaner.get(name) ?? null)
  }
}

/** On the medium, and so that nothing of it has to be read again. */
function closeSafely(directory: LogDirectory, log: PartitionLog): void {
  try {
    complete(log)
    // What a broker that was killed left is not known to be safe, names included.
    log.store.folderDirty = true
    log.store.parentDirty = true
    log.flushNow()
  } catch (error) {
    throw error instanceof KafkaError ? error : directory.failed(error, { final: true })
  }
  log.close()
}
