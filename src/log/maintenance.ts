/** What a broker does for its logs from time to time: checkpoints, flushes, retention, expiry of producers. */
import type { Cancel, Clock } from '../host/clock.ts'
import type { Random } from '../host/random.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { Cleaner } from './cleaner/cleaner.ts'
import type { Logger } from './context.ts'
import { type LogDirectory, startToWrite } from './log-directory.ts'
import type { PartitionLog } from './partition-log.ts'
import { dropBelowStart, dropInOrder, moveStart, segmentsBelowStart } from './retention.ts'

export interface MaintenanceOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly settings: () => BrokerConfigs
  readonly directories: readonly LogDirectory[]
  /** It stands in no checkpoint, and its start is where a snapshot of the metadata says. */
  readonly metadataLog: () => PartitionLog | null
}

interface Task {
  readonly intervalMs: () => number
  readonly run: () => void
}

const flushLookMs = 1000

export class Maintenance {
  readonly #options: MaintenanceOptions
  readonly #timers = new Map<Task, Cancel>()
  readonly #cleaner: Cleaner
  #closed = false

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#cleaner = new Cleaner(options)
  }

  start(): void {
    const { settings, clock } = this.#options
    const initialMs = Number(settings().get('log.initial.task.delay.ms'))
    // Kafka declares some of these as long, some as int.
    const every = (interval: () => number | bigint, run: () => void, firstMs?: number) => {
      const intervalMs = () => Number(interval())
      this.#schedule({ intervalMs, run }, firstMs ?? intervalMs())
    }
    every(
      () => settings().get('replica.high.watermark.checkpoint.interval.ms'),
      () => this.#eachDirectory((each) => this.checkpointHighWatermarks(each)),
    )
    every(
      () => settings().get('log.flush.offset.checkpoint.interval.ms'),
      () => this.#eachDirectory((each) => this.checkpointRecoveryPoints(each)),
    )
    every(
      () => settings().get('log.flush.start.offset.checkpoint.interval.ms'),
      () => this.#eachDirectory((each) => this.checkpointLogStarts(each)),
    )
    every(
      () => settings().get('log.retention.check.interval.ms'),
      () => this.applyRetention(clock.now()),
      initialMs,
    )
    every(
      () => settings().get('producer.id.expiration.check.interval.ms'),
      () => this.#expireProducers(clock.now()),
    )
    every(
      () => Math.min(flushLookMs, Number(settings().get('log.flush.scheduler.interval.ms'))),
      () => this.#eachLog((log) => log.tick(clock.now())),
    )
    if (settings().get('log.cleaner.enable')) this.#cleaner.start()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    await this.#cleaner.close()
  }

  /** A full disk refuses the checkpoint, and must not keep us from making room. */
  applyRetention(now: number): void {
    const { logger } = this.#options
    this.#eachDirectory((directory) => {
      const logs = [...directory.logs.values()].filter(({ closed, compacting }) => {
        return !closed && !compacting
      })
      for (const log of logs) this.#retain(log, () => moveStart(log, now, logger))
      // The start of a copy moves with that of the log that it is made of.
      const held = [...logs, ...directory.futures.values()].filter(({ closed }) => !closed)
      if (!held.some((log) => segmentsBelowStart(log).length > 0)) return
      this.checkpointLogStarts(directory)
      for (const log of held) this.#retain(log, () => dropBelowStart(log, logger))
    })
    const metadataLog = this.#options.metadataLog()
    if (metadataLog !== null) this.#retain(metadataLog, () => dropInOrder(metadataLog, logger))
  }

  checkpointAll(directory: LogDirectory): void {
    this.checkpointRecoveryPoints(directory)
    this.checkpointLogStarts(directory)
    this.checkpointHighWatermarks(directory)
  }

  checkpointRecoveryPoints(directory: LogDirectory): void {
    directory.writeCheckpoint('recoveryPoint', (log) => log.recoveryPoint)
  }

  checkpointHighWatermarks(directory: LogDirectory): void {
    directory.writeCheckpoint('highWatermark', (log) => log.highWatermark)
  }

  checkpointLogStarts(directory: LogDirectory): void {
    directory.writeCheckpoint('logStart', startToWrite)
  }

  #retain(log: PartitionLog, work: () => void): void {
    if (log.closed) return
    try {
      work()
    } catch (error) {
      this.#options.logger.error({ log: log.name, error }, 'retention failed')
    }
  }

  #expireProducers(now: number): void {
    const expirationMs = this.#options.settings().get('producer.id.expiration.ms')
    this.#eachLog((log) => log.producers.expire(now, expirationMs))
  }

  #schedule(task: Task, delayMs: number): void {
    if (this.#closed) return
    const cancel = this.#options.clock.schedule(delayMs, () => {
      task.run()
      this.#schedule(task, task.intervalMs())
    })
    this.#timers.set(task, cancel)
  }

  #eachDirectory(work: (directory: LogDirectory) => void): void {
    for (const directory of this.#options.directories) if (directory.online) work(directory)
  }

  #eachLog(work: (log: PartitionLog) => void): void {
    this.#eachDirectory((directory) => {
      for (const log of [...directory.held()]) if (!log.closed) work(log)
    })
  }
}
