/** The groups of one partition of __consumer_offsets, while this broker leads it. */
import { unreachable } from '../../base/assert.ts'
import { applyEnd } from '../../groups/apply.ts'
import { type GroupSummary, summaryOf } from '../../groups/describe.ts'
import type { AskedEvent, GroupEvent, OutcomeOf, Outcomes } from '../../groups/events.ts'
import { type Group, isVacant, newGroup } from '../../groups/group.ts'
import { decodeRecord, encodeRecord, groupIdOf } from '../../groups/records.ts'
import { refuse } from '../../groups/refuse.ts'
import { replay, replayed } from '../../groups/replay.ts'
import { step } from '../../groups/step.ts'
import type { GroupEffect } from '../../groups/turn.ts'
import type { CoordinatorConfig, Topics } from '../../groups/world.ts'
import type { Clock } from '../../host/clock.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import { Life } from '../coordinators/life.ts'
import type { CoordinatorJournal, JournalMarker } from '../journal.ts'
import type { Logger } from '../logger.ts'
import type { History } from './history.ts'
import { Timers } from './timers.ts'
import type { Found } from './trails.ts'

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

export class Shard {
  readonly #options: ShardOptions
  readonly #timers: Timers
  readonly #life: Life<AskedEvent, Outcomes[keyof Outcomes]>
  #groups = new Map<string, Group>()
  /** Which groups have offsets in a transaction of a producer. */
  readonly #inTransactions = new Map<bigint, Set<string>>()

  constructor(options: ShardOptions) {
    this.#options = options
    this.#timers = new Timers(options.clock, (groupId, timer) =>
      this.#play(groupId, { kind: 'timeout', timer }),
    )
    this.#life = new Life<AskedEvent, Outcomes[keyof Outcomes]>({
      ...options,
      what: 'groups',
      take: (key, value, _, producerId) => this.#replay(key, value, producerId),
      takeMarker: (ended) => this.#replayEnd(ended),
      known: () => ({ groups: this.#groups.size }),
      begun: () => {
        replayed(this.#groups)
        for (const groupId of [...this.#groups.keys()]) this.#play(groupId, { kind: 'loaded' })
      },
      forget: () => {
        this.#timers.clear()
        this.#groups = new Map()
        this.#inTransactions.clear()
      },
      refuse,
      tooLarge: ({ kind }) =>
        kind === 'commit' ? 'INVALID_COMMIT_OFFSET_SIZE' : 'UNKNOWN_SERVER_ERROR',
      againAfterMs: null,
    })
    this.#life.begin()
  }

  get isActive(): boolean {
    return this.#life.isActive
  }

  ask<E extends AskedEvent>(groupId: string, event: E): Promise<OutcomeOf<E>> {
    if (this.#life.isActive && this.#isFenced(event)) {
      return Promise.resolve(refuse(event, 'INVALID_PRODUCER_EPOCH') as OutcomeOf<E>)
    }
    const answered = this.#life.ask(event, (ask) => {
      // Not a copy with one field more: V8 gives each of those a shape of its own, and whoever reads it is slow after that.
      this.#play(groupId, Object.assign(event, { ask }) as GroupEvent)
    })
    return answered as Promise<OutcomeOf<E>>
  }

  /** As they are once everything decided so far is safe. */
  async summaries(): Promise<GroupSummary[]> {
    const found = [...this.#groups.values()].map(summaryOf).filter((each) => each !== null)
    await this.#life.pen.settled()
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
    await this.#life.pen.settled()
    if (!this.#life.isActive) return 'NOT_LEADER_OR_FOLLOWER'
    const isThisLife = this.#life.mark()
    const written = write()
    const error = await written.error
    if (!isThisLife() || !written.isAppended) return error
    if (error !== 'NONE') this.#life.drop(new KafkaError(error))
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
    return this.#life.pen.settled()
  }

  close(): void {
    this.#life.close()
  }

  #play(groupId: string, event: GroupEvent): void {
    if (!this.#life.isActive) return
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
    if (records.length > 0) this.#life.pen.write(records, producer)
    for (const effect of effects) this.#carryOut(groupId, effect)
  }

  #carryOut(groupId: string, effect: GroupEffect): void {
    switch (effect.kind) {
      case 'persist':
        return
      case 'reply':
        return this.#life.pen.speak(() => this.#life.answer(effect.ask, effect.outcome))
      case 'arm':
        if (effect.onlyIfIdle && this.#timers.isArmed(groupId, effect.timer)) return
        return this.#timers.arm(groupId, effect.timer, effect.at - this.#options.clock.now())
      case 'disarm':
        return this.#timers.disarm(groupId, effect.timer)
      case 'note': {
        const { clock, history, logger } = this.#options
        const at = clock.now()
        // What was decided and not written has not happened.
        this.#life.pen.speak(() => history.add(groupId, effect.note, at))
        return logger.info({ group: groupId, ...effect.note }, `group: ${effect.note.kind}`)
      }
      default:
        return unreachable(effect)
    }
  }

  #replay(key: Uint8Array | null, value: Uint8Array | null, producerId: bigint | null): void {
    const record = key === null ? null : decodeRecord(key, value)
    if (record === null) return
    replay(this.#groups, record, producerId)
    if (producerId !== null) this.#began(producerId, groupIdOf(record))
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
}
