/**
 * The groups of one partition of __consumer_offsets, while this broker leads it. A turn decides, writes, and then speaks;
 * when a write fails, everything here is dropped and read again from the log (house, rule 6).
 *
 *   loading ──► active ──► closed
 *      ▲──────────┘ a write failed
 */
import { unreachable } from '../../base/assert.ts'
import { apply, applyEnd, applyPending } from '../../groups/apply.ts'
import { type GroupSummary, summaryOf } from '../../groups/describe.ts'
import type { AskedEvent, GroupEvent, OutcomeOf, Outcomes } from '../../groups/events.ts'
import { type Group, isVacant, newGroup } from '../../groups/group.ts'
import { decodeRecord, encodeRecord, groupIdOf } from '../../groups/records.ts'
import { refuse } from '../../groups/refuse.ts'
import { step } from '../../groups/step.ts'
import type { GroupEffect } from '../../groups/turn.ts'
import type { CoordinatorConfig, Topics } from '../../groups/world.ts'
import type { Clock } from '../../host/clock.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { CoordinatorJournal, JournalMarker } from '../journal.ts'
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

/** What became of a marker: whether it is in the log, and whether it is safe there. */
export interface WrittenMarker {
  readonly isAppended: boolean
  readonly error: ErrorName | Promise<ErrorName>
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
  /** Which groups have offsets in a transaction of a producer. */
  readonly #inTransactions = new Map<bigint, Set<string>>()
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
    if (this.#isFenced(event)) {
      return Promise.resolve(refuse(event, 'INVALID_PRODUCER_EPOCH') as OutcomeOf<E>)
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

  /** Offsets that were committed in the transaction count once the marker is safe, or are gone. */
  async endTransaction(ended: JournalMarker, write: () => WrittenMarker): Promise<ErrorName> {
    // What was decided before stands before it in the log. Who asks asks again.
    await this.#pen.settled()
    if (this.#phase !== 'active') return 'NOT_LEADER_OR_FOLLOWER'
    const life = this.#life
    const written = write()
    const error = await written.error
    if (this.#life !== life || !written.isAppended) return error
    if (error !== 'NONE') this.#drop(new KafkaError(error))
    else
      this.#ended(ended, (groupId) => this.#play(groupId, { kind: 'transaction-ended', ...ended }))
    return error
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
    const persisted = effects.filter((each) => each.kind === 'persist')
    // All of one turn's are of one producer, or of none.
    const producer = persisted[0]?.producer
    if (producer !== undefined) this.#began(producer.producerId, groupId)
    const records = persisted.map(({ record }) => encodeRecord(record))
    if (records.length > 0) this.#pen.write(records, producer)
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
        const at = clock.now()
        // What was decided and not written has not happened.
        this.#pen.speak(() => history.add(groupId, effect.note, at))
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
      await journal.replay(
        partition,
        (key, value, _, producerId) => {
          if (this.#life === life && key !== null) this.#replay(key, value, producerId)
        },
        (ended) => {
          if (this.#life === life) this.#replayEnd(ended)
        },
      )
      if (this.#life !== life || this.#phase !== 'loading') return
      const ms = Math.round(clock.monotonic() - began)
      logger.info({ partition, groups: this.#groups.size, ms }, 'groups loaded')
    } catch (error) {
      if (this.#life !== life || this.#phase !== 'loading') return
      logger.warn({ partition, error }, 'groups not loaded; trying again')
      this.#groups.clear()
      this.#inTransactions.clear()
      clock.schedule(reloadDelayMs, () => {
        if (this.#life === life && this.#phase === 'loading') void this.#load()
      })
      return
    }
    this.#phase = 'active'
    for (const groupId of [...this.#groups.keys()]) this.#play(groupId, { kind: 'loaded' })
  }

  #replay(key: Uint8Array, value: Uint8Array | null, producerId: bigint | null): void {
    const record = decodeRecord(key, value)
    if (record === null) return
    const groupId = groupIdOf(record)
    const group = this.#groups.get(groupId) ?? newGroup(groupId)
    if (producerId === null) apply(group, record)
    else {
      applyPending(group, record, producerId)
      this.#began(producerId, groupId)
    }
    if (isVacant(group)) this.#groups.delete(groupId)
    else this.#groups.set(groupId, group)
  }

  #replayEnd(ended: JournalMarker): void {
    this.#ended(ended, (groupId) => {
      const group = this.#groups.get(groupId)
      if (group !== undefined) applyEnd(group, ended)
    })
  }

  #began(producerId: bigint, groupId: string): void {
    const groups = this.#inTransactions.get(producerId)
    if (groups === undefined) this.#inTransactions.set(producerId, new Set([groupId]))
    else groups.add(groupId)
  }

  #ended({ producerId }: JournalMarker, each: (groupId: string) => void): void {
    const groups = this.#inTransactions.get(producerId) ?? []
    this.#inTransactions.delete(producerId)
    for (const groupId of groups) each(groupId)
  }

  #isFenced(event: AskedEvent): boolean {
    if (event.kind !== 'commit' || event.producer === undefined) return false
    const { journal, partition } = this.#options
    return journal.isFenced(partition, event.producer)
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
    this.#inTransactions.clear()
    const asks = this.#asks
    this.#asks = new Map()
    for (const { event, resolve } of asks.values()) {
      const error = typeof cause === 'string' ? (cause as ErrorName) : writeError(event.kind, cause)
      resolve(refuse(event, error) as never)
    }
  }
}
