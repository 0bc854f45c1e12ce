/**
 * Moves replicas between the log directories of this broker, as AlterReplicaLogDirs asks (KIP-113, KIP-858). The rules stand in
 * `partition/directory-move.ts`; here they are played: one replica after the other gets its turn, a piece is copied in each, and
 * no more in a second than `replica.alter.log.dirs.io.max.bytes.per.second`.
 */
import { type Clock, pause } from '../host/clock.ts'
import { appendCopied } from '../log/append-copied.ts'
import type { LogManager } from '../log/log-manager.ts'
import { futureFolderFits } from '../log/names.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { recordVersions } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { commonEnd, type EpochHistory, nextMoveStep } from '../partition/directory-move.ts'
import { type ErrorName, KafkaError } from '../protocol/errors.ts'
import type { DirectoryMove, Hosted } from './hosted.ts'
import type { Logger } from './logger.ts'
import { RateLimit } from './rate-limit.ts'
import type { Settings } from './settings.ts'

export interface DirectoryMovesOptions {
  readonly brokerId: number
  readonly clock: Clock
  readonly logger: Logger
  readonly logs: LogManager
  readonly settings: Settings
  readonly image: () => MetadataImage
  /** Replicas lie, or are about to lie, in other directories than the metadata say. */
  readonly report: () => void
}

/** Copied at once, without giving others a turn, when nothing but what was appended meanwhile is missing. */
const restBytesMax = 8 << 20
const lookMs = 1000

export class DirectoryMoves {
  readonly #options: DirectoryMovesOptions
  readonly #limit: RateLimit
  readonly #moving = new Map<
    Hosted,
    { readonly move: DirectoryMove; readonly forget: () => void }
  >()
  #buffer: Buffer | null = null
  #running = false
  #closed = false
  #isWoken = false
  #endPause: () => void = () => {}

  constructor(options: DirectoryMovesOptions) {
    this.#options = options
    const { settings } = options
    const seconds = settings.get('alter.log.dirs.replication.quota.window.size.seconds')
    const count = settings.get('alter.log.dirs.replication.quota.window.num')
    const name = 'replica.alter.log.dirs.io.max.bytes.per.second'
    this.#limit = new RateLimit({ ...options, name, window: { count, lengthMs: seconds * 1000 } })
  }

  /** One partition of AlterReplicaLogDirs. `hosted` is the replica that lies here, if one does. */
  ask(
    at: { topic: string; partition: number },
    path: string,
    hosted: Hosted | undefined,
  ): ErrorName | 'NONE' {
    const { logs, image, logger } = this.#options
    const { topic, partition } = at
    if (!futureFolderFits(topic, partition)) return 'INVALID_TOPIC_EXCEPTION'
    const directory = logs.directoryPlaces().find((each) => each.path === path)
    if (directory === undefined) return 'LOG_DIR_NOT_FOUND'
    if (!directory.online) return 'KAFKA_STORAGE_ERROR'
    if (hosted === undefined) {
      logs.futures.prefer(topic, partition, path)
      const isKnown = image().topicsByName.get(topic)?.partitions[partition] !== undefined
      return isKnown ? 'REPLICA_NOT_AVAILABLE' : 'UNKNOWN_TOPIC_OR_PARTITION'
    }
    if (hosted.log.offline) return 'KAFKA_STORAGE_ERROR'
    const isThere = (log: PartitionLog) => logs.directoryIdOf(log) === directory.id
    if (hosted.move !== null && !isThere(hosted.move.future)) this.#cancel(hosted)
    if (isThere(hosted.log) || hosted.move !== null) return 'NONE'
    try {
      this.#begin(hosted, logs.futures.begin(hosted.log, path))
      logger.info({ log: hosted.log.name, to: path }, 'moving to another log directory')
      return 'NONE'
    } catch (error) {
      if (error instanceof KafkaError) return error.error
      throw error
    }
  }

  /** A replica comes into its own: if a copy of it was begun before the last stop, that goes on. Nothing was appended since. */
  hosted(hosted: Hosted): void {
    const { logs, logger } = this.#options
    const { log } = hosted
    const future = logs.futures.get(log.topic, log.partition)
    if (future === undefined || hosted.move !== null || this.#closed) return
    if (future.topicId !== log.topicId) return logs.futures.putAside(log.topic, log.partition)
    const end = commonEnd(epochsOf(future), epochsOf(log))
    logger.info({ log: log.name, from: end, to: future.directory }, 'the move goes on')
    try {
      future.truncateTo(end)
      this.#begin(hosted, future)
    } catch (error) {
      logger.warn({ log: log.name, error }, 'the move cannot go on')
    }
  }

  close(): void {
    this.#closed = true
    this.#wake()
    for (const { forget } of this.#moving.values()) forget()
    this.#moving.clear()
  }

  #begin(hosted: Hosted, future: PartitionLog): void {
    // The controller may know already, from before a stop; it is not to be told that all is as it was.
    const phase = this.#isKnown(hosted, future) ? 'told' : 'copying'
    const move: DirectoryMove = { future, phase }
    hosted.move = move
    hosted.log.copying = true
    this.#moving.set(hosted, { move, forget: hosted.watch(() => this.#wake()) })
    if (!this.#running) void this.#run()
    this.#wake()
  }

  #cancel(hosted: Hosted): void {
    const { logs, report } = this.#options
    const { topic, partition } = hosted.log
    this.#end(hosted)
    logs.futures.cancel(topic, partition)
    report()
  }

  #end(hosted: Hosted): void {
    this.#moving.get(hosted)?.forget()
    this.#moving.delete(hosted)
    hosted.log.copying = false
    hosted.move = null
  }

  async #run(): Promise<void> {
    const { clock, settings } = this.#options
    this.#running = true
    while (!this.#closed && this.#moving.size > 0) {
      let worked = false
      this.#isWoken = false
      for (const [hosted, { move }] of [...this.#moving]) {
        while (this.#limit.isExceeded && !this.#closed) {
          await pause(clock, settings.get('replica.fetch.backoff.ms'))
        }
        if (this.#closed) break
        if (await this.#turn(hosted, move)) worked = true
        // Clients have their turn in between.
        await pause(clock, 0)
      }
      if (!worked && !this.#isWoken) await this.#pause()
    }
    this.#running = false
    this.#buffer = null
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(lookMs, resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
  }

  #wake(): void {
    this.#isWoken = true
    this.#endPause()
  }

  /** False where there is nothing to do for now. */
  async #turn(hosted: Hosted, move: DirectoryMove): Promise<boolean> {
    const { logs, logger, report } = this.#options
    const { log } = hosted
    const { future } = move
    // Topic deleted, replica gone to another broker, or one of the directories failed.
    const isOn = logs.futures.get(log.topic, log.partition) === future && hosted.move === move
    if (!isOn || log.offline || future.offline || log.closed) {
      if (this.#moving.get(hosted)?.move === move) this.#end(hosted)
      report()
      return true
    }
    try {
      switch (this.#next(hosted, move)) {
        case 'restart':
          future.restartAt(log.logStartOffset)
          this.#copy(hosted, future)
          return true
        case 'copy':
          return this.#copy(hosted, future) > 0
        case 'tell':
          move.phase = 'told'
          report()
          return true
        case 'wait':
          return false
        case 'replace':
          await future.flush()
          return this.#replace(hosted, move)
      }
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      // What is behind it shows at the next turn; a disk that is full may get room.
      logger.warn({ log: log.name, error }, 'cannot copy to another log directory for now')
      return false
    }
  }

  #next(hosted: Hosted, { future, phase }: DirectoryMove) {
    const { logStartOffset, logEndOffset, compacting } = hosted.log
    return nextMoveStep({
      phase,
      copyEnd: future.logEndOffset,
      logStartOffset,
      logEndOffset,
      isKnown: this.#isKnown(hosted, future),
      isCompacting: compacting,
    })
  }

  /** How many bytes came across. */
  #copy({ log }: Hosted, future: PartitionLog): number {
    const { bytes } = log.read(future.logEndOffset, {
      bytesMax: this.#options.settings.get('replica.fetch.max.bytes'),
      upTo: log.logEndOffset,
      atLeastOneBatch: true,
      room: (size) => this.#room(size),
    })
    if (bytes.length > 0) appendCopied(future, bytes)
    this.#limit.record(bytes.length)
    future.advanceHighWatermark(log.highWatermark)
    if (log.logStartOffset <= future.highWatermark) future.advanceLogStartOffset(log.logStartOffset)
    return bytes.length
  }

  #room(size: number): Buffer {
    if (this.#buffer === null || this.#buffer.length < size) {
      this.#buffer = Buffer.allocUnsafeSlow(size)
    }
    return this.#buffer.subarray(0, size)
  }

  /** All in one turn of the process, so that nothing is appended in between. False where too much has come since the last look. */
  #replace(hosted: Hosted, move: DirectoryMove): boolean {
    const { future } = move
    const { log } = hosted
    if (hosted.move !== move || log.offline || future.offline) return true
    let bytes = 0
    while (this.#next(hosted, move) === 'copy' && bytes < restBytesMax) {
      bytes += this.#copy(hosted, future)
    }
    if (this.#next(hosted, move) !== 'replace') return true
    this.#copy(hosted, future)
    const { logs, report } = this.#options
    const replaced = logs.futures.replace(log)
    this.#end(hosted)
    hosted.moved(replaced)
    report()
    return true
  }

  #isKnown({ log }: Hosted, future: PartitionLog): boolean {
    const { image, brokerId, logs } = this.#options
    if (!recordVersions(image()).directories) return true
    const known = image().topicsById.get(log.topicId)?.partitions[log.partition]
    const place = known?.replicas.indexOf(brokerId) ?? -1
    return place >= 0 && known?.directories[place] === logs.directoryIdOf(future)
  }
}

function epochsOf(log: PartitionLog): EpochHistory {
  const { logEndOffset } = log
  const endOfEpoch = (leaderEpoch: number) => log.epochEndOffset(leaderEpoch)
  return { logEndOffset, latestEpoch: log.epochs.latest, endOfEpoch }
}
