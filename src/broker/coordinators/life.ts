/**
 * What coordinators have in common: what one of them knows of one partition of its topic, while this broker leads it, has been
 * read from the log, and goes with the first write that fails. A turn decides, writes, and then speaks; when a write fails,
 * everything here is dropped and read again (house, rule 6).
 *
 *   loading ──► active ──► closed
 *      ▲──────────┘ a write failed
 */
import type { Clock } from '../../host/clock.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import type { CoordinatorJournal, JournalMarker, TakeRecord } from '../journal.ts'
import type { Logger } from '../logger.ts'
import { Pen } from './pen.ts'
import { writeError } from './write-error.ts'

export interface LifeOptions<Event, Outcome> {
  /** What it is that this coordinator knows of, for the log. */
  readonly what: string
  readonly partition: number
  readonly journal: CoordinatorJournal
  readonly clock: Clock
  readonly logger: Logger
  readonly take: TakeRecord
  readonly takeMarker?: (marker: JournalMarker) => void
  /** Everything has been read; tells how much it is. */
  readonly known: () => Record<string, number>
  /** From now on there are turns. */
  readonly begun: () => void
  /** Nothing of what is known counts any more. */
  readonly forget: () => void
  readonly refuse: (event: Event, error: ErrorName) => Outcome
  readonly tooLarge: (event: Event) => ErrorName
  /** How long after a failed write it is read again; null: at once. */
  readonly againAfterMs: number | null
}

interface Pending<Event, Outcome> {
  readonly event: Event
  readonly resolve: (outcome: Outcome) => void
}

// A partition that cannot be read (no leader yet, a disk that fails) is tried again.
export const reloadDelayMs = 500

export class Life<Event, Outcome> {
  readonly #options: LifeOptions<Event, Outcome>
  #phase: 'loading' | 'active' | 'closed' = 'loading'
  /** Distinguishes lives: what was begun in one has no meaning in the next. */
  #number = 0
  #pen!: Pen
  /** Why the last try to read it came to nothing. */
  #failure: string | null = null
  #asks = new Map<number, Pending<Event, Outcome>>()
  #lastAsk = 0

  constructor(options: LifeOptions<Event, Outcome>) {
    this.#options = options
  }

  /** To be called once, when whoever owns it can take what is read. */
  begin(): void {
    void this.#load()
  }

  get isActive(): boolean {
    return this.#phase === 'active'
  }

  /** What a turn wants remembered goes here, and what it says is held back by it. */
  get pen(): Pen {
    return this.#pen
  }

  /** Answers whether the life of this moment still goes on. */
  mark(): () => boolean {
    const isThis = this.#mark()
    return () => isThis() && this.#phase === 'active'
  }

  /** Plays with the number of the question; `answer` is given it again. */
  ask(event: Event, play: (ask: number) => void): Promise<Outcome> {
    if (this.#phase !== 'active') {
      const error = this.#phase === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR'
      return Promise.resolve(this.#options.refuse(event, error))
    }
    return new Promise((resolve) => {
      const ask = ++this.#lastAsk
      this.#asks.set(ask, { event, resolve })
      play(ask)
    })
  }

  answer(ask: number, outcome: Outcome): void {
    const pending = this.#asks.get(ask)
    this.#asks.delete(ask)
    pending?.resolve(outcome)
  }

  /** A write failed. */
  drop(error: unknown): void {
    const { what, partition, logger, againAfterMs } = this.#options
    logger.warn({ partition, error }, `a write of the coordinator of ${what} failed; reading again`)
    this.#phase = 'loading'
    this.#forget((event) => writeError(error, this.#options.tooLarge(event)))
    if (againAfterMs === null) void this.#load()
    else this.#loadIn(againAfterMs)
  }

  close(): void {
    this.#phase = 'closed'
    this.#forget(() => 'NOT_COORDINATOR')
  }

  async #load(): Promise<void> {
    const { what, journal, partition, clock, logger, take, takeMarker, known } = this.#options
    this.#number++
    this.#phase = 'loading'
    const isThis = this.#mark()
    this.#pen = new Pen({
      journal,
      partition,
      onFailure: (error) => {
        if (isThis() && this.#phase === 'active') this.drop(error)
      },
    })
    try {
      const began = clock.monotonic()
      await journal.replay(
        partition,
        (...record) => {
          if (isThis()) take(...record)
        },
        (marker) => {
          if (isThis()) takeMarker?.(marker)
        },
      )
      if (!isThis()) return
      const ms = Math.round(clock.monotonic() - began)
      logger.info({ partition, ...known(), ms }, `${what} loaded`)
    } catch (error) {
      if (!isThis()) return
      // What is damaged stays so, and is tried all the same: it may be on its way to another leader.
      const { message } = error as Error
      if (message !== this.#failure) {
        logger.warn({ partition, error }, `${what} not loaded (${message}); trying again`)
      }
      this.#failure = message
      this.#options.forget()
      return this.#loadIn(reloadDelayMs)
    }
    this.#phase = 'active'
    this.#failure = null
    this.#options.begun()
  }

  #loadIn(delayMs: number): void {
    const isThis = this.#mark()
    this.#options.clock.schedule(delayMs, () => {
      if (isThis() && this.#phase === 'loading') void this.#load()
    })
  }

  #mark(): () => boolean {
    const number = this.#number
    return () => this.#number === number
  }

  /** Whoever waits is told why. */
  #forget(errorFor: (event: Event) => ErrorName): void {
    this.#number++
    this.#options.forget()
    const asks = this.#asks
    this.#asks = new Map()
    for (const { event, resolve } of asks.values()) {
      resolve(this.#options.refuse(event, errorFor(event)))
    }
  }
}
