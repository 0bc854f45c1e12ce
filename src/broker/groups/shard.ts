/**
 * The groups of one partition of __consumer_offsets, while this broker leads it. A turn decides, writes, and then speaks;
 * when a write fails, everything here is dropped and read again from the log (house, rule 6).
 *
 *   loading ──► active ──► closed
 *      ▲──────────┘ a write failed
 */
import { unreachable } from '../../base/assert.ts'
import { apply } from '../../groups/apply.ts'
import { type GroupSummary, summaryOf } from '../../groups/describe.ts'
import type { AskedEvent, GroupEvent, OutcomeOf, Outcomes } from '../../groups/events.ts'
import { type Group, isVacant, newGroup } from '../../groups/group.ts'
import { decodeRecord, encodeRecord, groupIdOf } from '../../groups/records.ts'
import { refuse } from '../../groups/refuse.ts'
import { step } from '../../groups/step.ts'
import type { GroupEffect } from '../../groups/turn.ts'
import type { CoordinatorConfig, Topics } from '../../groups/world.ts'
import type { Clock } from '../../host/clock.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import type { CoordinatorJournal } from '../journal.ts'
import type { Logger } from '../logger.ts'
import type { History } from './history.ts'
import { Pen } from './pen.ts'
import { Timers } from './timers.ts'
import type { Found } from './trails.ts'
import { writeError } from './write-error.ts'

export interface ShardOptions {
  readonly partition: number
  readonly journal: CoordinatorJournal
  readonly clock: Clock
  readonly logger: Logger
  readonly config: CoordinatorConfig
  readonly topics: Topics
  readonly history: History
}

interface Pending {
  readonly event: AskedEvent
  readonly resolve: (outcome: never) => void
}

// A partition that cannot be read (no leader yet, a disk that fails) is tried again.
const reloadDelayMs = 500

export class Shard {
  readonly #options: ShardOptions
  readonly #timers: Timers
  #phase: 'loading' | 'active' | 'closed' = 'loading'
  /** Distinguishes lives: what was begun in one has no meaning in the next. */
  #life = 0
  #pen!: Pen
  #groups = new Map<string, Group>()
  #asks = new Map<number, Pending>()
  #lastAsk = 0

  constructor(options: ShardOptions) {
    this.#options = options
    this.#timers = new Timers(options.clock, (groupId, timer) =>
      this.#play(groupId, { kind: 'timeout', timer }),
    )
    void this.#load()
  }

  get isActive(): boolean {
    return this.#phase === 'active'
  }

  ask<E extends AskedEvent>(groupId: string, event: E): Promise<OutcomeOf<E>> {
    if (this.#phase !== 'active') {
      const error = this.#phase === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR'
      return Promise.resolve(refuse(event, error) as OutcomeOf<E>)
    }
    return new Promise((resolve) => {
      const ask = ++this.#lastAsk
      this.#asks.set(ask, { event, resolve })
      this.#play(groupId, { ...event, ask } as GroupEvent)
    })
  }

  /** As they are once everything decided so far is safe. */
  async summaries(): Promise<GroupSummary[]> {
    const found = [...this.#groups.values()].map(summaryOf).filter((each) => each !== null)
    await this.#pen.settled()
    return found
  }

  *committed(): Iterable<readonly [groupId: string, found: Found]> {
    for (const [groupId, { offsets }] of this.#groups) {
      for (const [topic, partitions] of offsets) {
        for (const [partition, { offset }] of partitions) {
          yield [groupId, { topic, partition, offset: Number(offset) }]
        }
      }
    }
  }

  sweep(): void {
    for (const groupId of [...this.#groups.keys()]) this.#play(groupId, { kind: 'sweep' })
  }

  topicsDeleted(topics: ReadonlySet<string>): void {
    for (const [groupId, { offsets }] of [...this.#groups]) {
      const isConcerned = [...topics].some((name) => offsets.has(name))
      if (isConcerned) this.#play(groupId, { kind: 'topics-deleted', topics })
    }
  }

  /** Resolves when everything that was decided is written. */
  settled(): Promise<void> {
    return this.#pen.settled()
  }

  close(): void {
    this.#phase = 'closed'
    this.#forget('NOT_COORDINATOR')
  }

  #play(groupId: string, event: GroupEvent): void {
    if (this.#phase !== 'active') return
    const { clock, config, topics } = this.#options
    const group = this.#groups.get(groupId) ?? newGroup(groupId)
    const effects = step(group, event, { now: clock.now(), config, topics })
    if (isVacant(group)) this.#groups.delete(groupId)
    else this.#groups.set(groupId, group)
    const records = effects.flatMap((each) =>
      each.kind === 'persist' ? [encodeRecord(each.record)] : [],
    )
    if (records.length > 0) this.#pen.write(records)
    for (const effect of effects) this.#carryOut(groupId, effect)
  }

  #carryOut(groupId: string, effect: GroupEffect): void {
    switch (effect.kind) {
      case 'persist':
        return
      case 'reply':
        return this.#pen.speak(() => this.#answer(effect.ask, effect.outcome))
      case 'arm':
        if (effect.onlyIfIdle && this.#timers.isArmed(groupId, effect.timer)) return
        return this.#timers.arm(groupId, effect.timer, effect.at - this.#options.clock.now())
      case 'disarm':
        return this.#timers.disarm(groupId, effect.timer)
      case 'note': {
        const { clock, history, logger } = this.#options
        history.add(groupId, effect.note, clock.now())
        return logger.info({ group: groupId, ...effect.note }, `group: ${effect.note.kind}`)
      }
      default:
        return unreachable(effect)
    }
  }

  #answer(ask: number, outcome: Outcomes[keyof Outcomes]): void {
    const pending = this.#asks.get(ask)
    this.#asks.delete(ask)
    pending?.resolve(outcome as never)
  }

  async #load(): Promise<void> {
    const { journal, partition, clock, logger } = this.#options
    const life = ++this.#life
    this.#phase = 'loading'
    this.#pen = new Pen({
      journal,
      partition,
      onFailure: (error) => {
        if (this.#life === life && this.#phase === 'active') this.#drop(error)
      },
    })
    try {
      const began = clock.monotonic()
      await journal.replay(partition, (key, value) => {
        if (this.#life === life && key !== null) this.#replay(key, value)
      })
      if (this.#life !== life || this.#phase !== 'loading') return
      const ms = Math.round(clock.monotonic() - began)
      logger.info({ partition, groups: this.#groups.size, ms }, 'groups loaded')
    } catch (error) {
      if (this.#life !== life || this.#phase !== 'loading') return
      logger.warn({ partition, error }, 'groups not loaded; trying again')
      this.#groups.clear()
      clock.schedule(reloadDelayMs, () => {
        if (this.#life === life && this.#phase === 'loading') void this.#load()
      })
      return
    }
    this.#phase = 'active'
    for (const groupId of [...this.#groups.keys()]) this.#play(groupId, { kind: 'loaded' })
  }

  #replay(key: Uint8Array, value: Uint8Array | null): void {
    const record = decodeRecord(key, value)
    if (record === null) return
    const groupId = groupIdOf(record)
    const group = this.#groups.get(groupId) ?? newGroup(groupId)
    apply(group, record)
    if (isVacant(group)) this.#groups.delete(groupId)
    else this.#groups.set(groupId, group)
  }

  #drop(error: unknown): void {
    const { partition, logger } = this.#options
    logger.warn({ partition, error }, 'a write of the group coordinator failed; reading again')
    this.#forget(error)
    void this.#load()
  }

  /** Whoever waits is told why. */
  #forget(cause: ErrorName | unknown): void {
    this.#life++
    this.#timers.clear()
    this.#groups = new Map()
    const asks = this.#asks
    this.#asks = new Map()
    for (const { event, resolve } of asks.values()) {
      const error = typeof cause === 'string' ? (cause as ErrorName) : writeError(event.kind, cause)
      resolve(refuse(event, error) as never)
    }
  }
}
