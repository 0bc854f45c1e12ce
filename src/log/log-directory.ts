/**
 * One of `log.dirs`: who owns it, the partitions in it, its checkpoints, and whether it is well. One that fails goes offline
 * alone, and stays so until the broker starts again (KIP-112).
 */
import { dirname } from 'node:path'
import { AssertionFailure } from '../base/assert.ts'
import { smaller } from '../base/bigint.ts'
import { uuidFrom } from '../base/uuid.ts'
import type { DirectoryLock } from '../host/directory-lock.ts'
import type { Disk } from '../host/disk.ts'
import { KafkaError } from '../protocol/errors.ts'
import { adviceOn } from './advice.ts'
import { CheckpointFiles } from './checkpoint-files.ts'
import {
  type Checkpoint,
  type CheckpointName,
  checkpointFiles,
  readCheckpoint,
  withoutCheckpoint,
} from './checkpoints.ts'
import type { LogContext } from './context.ts'
import { DamagedRecords } from './damage.ts'
import {
  cleanShutdownFile,
  formatCleanShutdown,
  formatMetaProperties,
  type MetaProperties,
  metaPropertiesFile,
  readCleanShutdown,
  readMetaProperties,
} from './directory-files.ts'
import { FlushRounds } from './flush-rounds.ts'
import type { PartitionLog } from './partition-log.ts'
import { Trash } from './trash.ts'

export type DirectoryHost = Omit<
  LogContext,
  'rounds' | 'offline' | 'failed' | 'damaged' | 'removeLater' | 'lowerCheckpoints'
>

export class LogDirectory {
  readonly path: string
  readonly context: LogContext
  readonly logs = new Map<string, PartitionLog>()
  /** Copies that are to take the place of a log in another directory. */
  readonly futures = new Map<string, PartitionLog>()
  readonly trash: Trash
  /** Of the last clean stop: the broker's epoch then. Null after a crash, and in a fresh directory. */
  stoppedAtEpoch: bigint | null = null
  /** As the last broker left them. */
  checkpoints: { [name in CheckpointName]: Checkpoint } = noCheckpoints()
  #identity: MetaProperties | null = null
  #lock: DirectoryLock | null = null
  #failure: KafkaError | null = null
  readonly #onOffline: (directory: LogDirectory, cause: KafkaError) => void
  readonly #damages = new Set<string>()
  readonly #files: CheckpointFiles

  constructor(
    path: string,
    host: DirectoryHost,
    onOffline: (directory: LogDirectory, cause: KafkaError) => void,
  ) {
    this.path = path
    this.#onOffline = onOffline
    this.trash = new Trash(host)
    this.#files = new CheckpointFiles(host.disk, path)
    this.context = {
      ...host,
      rounds: new FlushRounds(),
      offline: () => this.#failure,
      failed: (error, options) => this.failed(error, options),
      damaged: (damage) => this.#tellDamage(damage),
      removeLater: (paths, delayMs) => this.trash.throwAway(paths, delayMs),
      lowerCheckpoints: (logName, offset) => this.#lowerCheckpoints(logName, offset),
    }
  }

  get id(): string {
    return this.#identity?.directoryId ?? ''
  }

  get identity(): MetaProperties | null {
    return this.#identity
  }

  /** All that lies here; no partition is in both. */
  *held(): Iterable<PartitionLog> {
    yield* this.logs.values()
    yield* this.futures.values()
  }

  get online(): boolean {
    return this.#failure === null
  }

  /** Makes sure that the folder is there, that nobody else uses it, and reads whose it is. */
  open(): void {
    const { disk } = this.context
    makeSafely(disk, this.path)
    if (disk.stat(this.path)?.isDirectory === false) throw notAFolder(this.path)
    this.#lock = disk.lock(this.path)
    this.#identity = readMetaProperties(disk, this.path)
  }

  /** A fresh directory becomes this cluster's and node's. */
  claim({ clusterId, nodeId }: { clusterId: string; nodeId: number }): void {
    if (this.#identity !== null && this.#identity.directoryId !== '') return
    const { disk, clock, random } = this.context
    this.#identity = { clusterId, nodeId, directoryId: uuidFrom(random) }
    const text = formatMetaProperties(this.#identity, new Date(clock.now()))
    disk.replaceFile(`${this.path}/${metaPropertiesFile}`, Buffer.from(text))
  }

  /** Reads the marks of the last stop, and takes away the one that says it was clean: from now on it no longer is. */
  takeMarks(): void {
    const { disk } = this.context
    this.stoppedAtEpoch = readCleanShutdown(disk, this.path)
    for (const name of Object.keys(checkpointFiles) as CheckpointName[]) {
      this.checkpoints[name] = this.#readCheckpoint(name)
      this.#files.found(name, this.checkpoints[name])
    }
    if (this.stoppedAtEpoch === null) return
    disk.remove(`${this.path}/${cleanShutdownFile}`)
    disk.syncDirectory(this.path)
  }

  /** Replaces the file unless it says the same already. */
  writeCheckpoint(name: CheckpointName, offsetOf: (log: PartitionLog) => bigint | null): void {
    if (!this.online) return
    try {
      this.#replaceCheckpoint(name, offsetOf)
    } catch (error) {
      this.context.failed(error)
    }
  }

  #replaceCheckpoint(name: CheckpointName, offsetOf: (log: PartitionLog) => bigint | null): void {
    const entries = []
    for (const log of this.held()) {
      const offset = offsetOf(log)
      if (offset !== null) entries.push({ topic: log.topic, partition: log.partition, offset })
    }
    this.#files.write(name, entries)
  }

  /** No checkpoint says anything of a partition of this name any more: it is about to be made anew. */
  forgetCheckpoints(logName: string): void {
    for (const checkpoint of Object.values(this.checkpoints)) checkpoint.delete(logName)
    this.#files.forget(logName)
  }

  #lowerCheckpoints(logName: string, offset: bigint): void {
    const log = this.logs.get(logName) ?? this.futures.get(logName)
    if (log === undefined) return
    try {
      this.#replaceCheckpoint('recoveryPoint', (each) =>
        each === log ? smaller(offset, log.recoveryPoint) : each.recoveryPoint,
      )
      if (offset < log.logStartOffset) {
        this.#replaceCheckpoint('logStart', (each) => (each === log ? null : startToWrite(each)))
      }
    } catch (error) {
      throw this.context.failed(error)
    }
  }

  markClean(brokerEpoch: bigint): void {
    if (!this.online) return
    try {
      const text = formatCleanShutdown(brokerEpoch)
      this.context.disk.replaceFile(`${this.path}/${cleanShutdownFile}`, Buffer.from(text))
    } catch (error) {
      this.context.failed(error)
    }
  }

  release(): void {
    this.#lock?.release()
    this.#lock = null
  }

  failed(error: unknown, { final }: { final: boolean } = { final: false }): KafkaError {
    if (error instanceof DamagedRecords) this.#tellDamage(error)
    if (error instanceof KafkaError) return error
    if (!(error instanceof Error) || error instanceof AssertionFailure) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    const advice = adviceOn(code)
    const failure = new KafkaError(
      'KAFKA_STORAGE_ERROR',
      full
        ? `the disk of ${this.path} is full (${error.message}): free some space, or set a retention`
        : `the log directory ${this.path} failed (${error.message})${advice === null ? '' : `: ${advice}`}`,
      { cause: error },
    )
    if (full && !final) return failure
    this.#goOffline(failure)
    return failure
  }

  /** Once: whoever meets it asks again and again. */
  #tellDamage({ message }: DamagedRecords): void {
    if (this.#damages.has(message)) return
    this.#damages.add(message)
    this.context.logger.error(
      { directory: this.path },
      `${message}: what stands there cannot be read, and is answered with CORRUPT_MESSAGE; stop the broker and put back a copy of the file, or let readers go on behind it`,
    )
  }

  #goOffline(cause: KafkaError): void {
    if (this.#failure !== null) return
    this.#failure = cause
    this.context.logger.error(
      { directory: this.path, error: cause },
      `${cause.message}; it is offline until the broker starts again`,
    )
    for (const log of this.held()) log.close()
    this.#onOffline(this, cause)
  }

  /** What cannot be read says nothing, as for Kafka: recovery then begins at the start, the log start at the first segment. */
  #readCheckpoint(name: CheckpointName): Checkpoint {
    try {
      return readCheckpoint(this.context.disk, this.path, name)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.context.logger.warn(
        { directory: this.path },
        `${error.message}; it is ignored, and a new one is written: ${withoutCheckpoint[name]}`,
      )
      return new Map()
    }
  }
}

/** Where the first segment tells the log's start, no line is needed; but its name has to be safe. */
export function startToWrite({ store, logStartOffset }: PartitionLog): bigint | null {
  const told = store.folderSafe && logStartOffset === store.segments.first.baseOffset
  return told || logStartOffset === 0n ? null : logStartOffset
}

const notAFolder = (path: string) =>
  Object.assign(new Error(`ENOTDIR: it is a file, '${path}'`), { code: 'ENOTDIR' })

/** With every name on the way to it: else a power cut could take the whole directory, flushed as it is. */
function makeSafely(disk: Disk, path: string): void {
  if (disk.stat(path) !== null) return
  const parent = dirname(path)
  makeSafely(disk, parent)
  disk.makeDirectory(path)
  disk.syncDirectory(parent)
}

function noCheckpoints(): { [name in CheckpointName]: Checkpoint } {
  return {
    recoveryPoint: new Map(),
    highWatermark: new Map(),
    logStart: new Map(),
    cleaner: new Map(),
  }
}

export function usableDisk(disk: Disk, path: string): { totalBytes: bigint; usableBytes: bigint } {
  try {
    return disk.space(path)
  } catch {
    return { totalBytes: -1n, usableBytes: -1n }
  }
}
