/** Looks for the log that needs compaction most, compacts it, and looks again; rests when there is nothing to do. */
import type { Cancel, Clock } from '../../host/clock.ts'
import type { Random } from '../../host/random.ts'
import type { BrokerConfigs } from '../../protocol/configs/effective.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Logger } from '../context.ts'
import type { LogDirectory } from '../log-directory.ts'
import type { PartitionLog } from '../partition-log.ts'
import { type Cleaned, clean, type Work } from './clean.ts'
import { type Cleanable, cleanable, dirtyRatio, worthCleaning } from './select.ts'

export interface CleanerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly settings: () => BrokerConfigs
  readonly directories: readonly LogDirectory[]
}

interface Candidate {
  readonly directory: LogDirectory
  readonly log: PartitionLog
  readonly cleaning: Cleanable
}

/** So long it holds the event loop at most. */
const turnMs = 4

export class Cleaner {
  readonly #options: CleanerOptions
  /** Logs in which something stands that cannot be read: they are left alone until the broker starts again. */
  readonly #uncleanable = new Set<string>()
  #timer: Cancel = () => {}
  /** Ends a pause, so that a stop has not to wait for the throttle. */
  #wake: () => void = () => {}
  #running: Promise<void> | null = null
  #closed = false

  constructor(options: CleanerOptions) {
    this.#options = options
  }

  start(): void {
    this.#rest()
  }

  /** Compacts until nothing is worth it any more. */
  async run(): Promise<void> {
    for (let next = this.#filthiest(); next !== null; next = this.#filthiest()) {
      if (!(await this.#clean(next))) return
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer()
    this.#wake()
    await this.#running
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  #rest(): void {
    if (this.#closed) return
    const { clock, settings } = this.#options
    this.#timer = clock.schedule(Number(settings().get('log.cleaner.backoff.ms')), () => {
      this.#running = this.run().finally(() => {
        this.#running = null
        this.#rest()
      })
    })
  }

  #filthiest(): Candidate | null {
    if (this.#closed) return null
    const now = this.#options.clock.now()
    let chosen: Candidate | null = null
    for (const directory of this.#options.directories) {
      if (!directory.online) continue
      for (const log of directory.logs.values()) {
        if (!this.#eligible(log)) continue
        const cleaning = cleanable(log, directory.checkpoints.cleaner.get(log.name), now)
        if (!worthCleaning(cleaning, log.config.dirtyRatioMin)) continue
        if (chosen === null || dirtyRatio(cleaning) > dirtyRatio(chosen.cleaning)) {
          chosen = { directory, log, cleaning }
        }
      }
    }
    return chosen
  }

  #eligible(log: PartitionLog): boolean {
    return (
      !log.closed &&
      !log.copying &&
      log.config.cleanupPolicies.includes('compact') &&
      !this.#uncleanable.has(log.name)
    )
  }

  /** False where it makes no sense to go on at once: there is no room for a cleaned segment now. */
  async #clean({ directory, log, cleaning }: Candidate): Promise<boolean> {
    const { clock, random, logger, settings } = this.#options
    const startedAt = clock.monotonic()
    log.compacting = true
    try {
      const work = clean(log, cleaning, {
        now: clock.now(),
        memoryBytes: Number(settings().get('log.cleaner.dedupe.buffer.size')),
        seed: Math.floor(random.number() * 2 ** 32),
      })
      const cleaned = await this.#play(log, work)
      if (cleaned === null) return true
      if (cleaned.cleanedUpTo <= cleaning.firstDirtyOffset) {
        throw new KafkaError(
          'INVALID_RECORD',
          'a single batch has more keys than log.cleaner.dedupe.buffer.size has room for',
        )
      }
      directory.checkpoints.cleaner.set(log.name, cleaned.cleanedUpTo)
      const { cleaner } = directory.checkpoints
      directory.writeCheckpoint('cleaner', ({ name }) => cleaner.get(name) ?? null)
      const { bytesBefore, bytesAfter, cleanedUpTo } = cleaned
      logger.info(
        { log: log.name, bytesBefore, bytesAfter, ms: clock.monotonic() - startedAt },
        `compacted ${log.name} up to offset ${cleanedUpTo}`,
      )
      return true
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      // It was deleted meanwhile, and its folder has another name.
      if (log.closed && (isMissing || error instanceof KafkaError)) return true
      const cause = directory.failed(error)
      const isFull = directory.online && cause.error === 'KAFKA_STORAGE_ERROR'
      if (!isFull) this.#uncleanable.add(log.name)
      logger.error({ log: log.name, error: cause }, `cannot compact ${log.name}: ${cause.message}`)
      return !isFull
    } finally {
      log.compacting = false
    }
  }

  /** Step by step; others have their turn in between, and no more is read and written than the throttle lets through. */
  async #play(log: PartitionLog, work: Generator<Work, Cleaned | null>): Promise<Cleaned | null> {
    const { clock, settings } = this.#options
    const bytesPerSecond = settings().get('log.cleaner.io.max.bytes.per.second')
    const startedAt = clock.monotonic()
    let turnEnds = startedAt + turnMs
    let bytes = 0
    for (;;) {
      // The files of a log that was closed or deleted meanwhile are no longer ours.
      const { done, value } = this.#closed || log.closed ? work.return(null) : work.next()
      if (done) return value
      if ('wait' in value) await value.wait
      else bytes += value.bytes
      const now = clock.monotonic()
      const aheadMs = (bytes / bytesPerSecond) * 1000 - (now - startedAt)
      if (aheadMs < 1 && now < turnEnds) continue
      await this.#pause(Math.max(0, aheadMs))
      turnEnds = clock.monotonic() + turnMs
    }
  }
}
