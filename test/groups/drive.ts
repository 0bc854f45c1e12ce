/** One group driven by hand: asks, answers, timers that fire when time is moved, and the records that were written. */
import type { AskedEvent, GroupEvent, OutcomeOf } from '../../src/groups/events.ts'
import { type Group, newGroup } from '../../src/groups/group.ts'
import type { Note } from '../../src/groups/notes.ts'
import { decodeRecord, encodeRecord, type GroupRecord } from '../../src/groups/records.ts'
import { replay, replayed } from '../../src/groups/replay.ts'
import { step } from '../../src/groups/step.ts'
import { topicHash } from '../../src/groups/topic-hash.ts'
import type { CoordinatorConfig, Topic, World } from '../../src/groups/world.ts'

export const defaults: CoordinatorConfig = {
  groupMinSessionTimeoutMs: 6000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupMaxSize: 2_147_483_647,
  groupInitialRebalanceDelayMs: 0,
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 7 * 24 * 3600 * 1000,
  groupConsumerMaxSize: 2_147_483_647,
  groupConsumerAssignors: ['uniform', 'range'],
  groupConsumerMigrationPolicy: 'bidirectional',
  consumerProtocolDisabled: false,
  consumer: () => ({
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 5000,
    assignmentIntervalMs: 0,
  }),
}

export class Asked<E extends AskedEvent> {
  #outcome: OutcomeOf<E> | undefined

  get isAnswered(): boolean {
    return this.#outcome !== undefined
  }

  get outcome(): OutcomeOf<E> {
    if (this.#outcome === undefined) throw new Error('there is no answer yet')
    return this.#outcome
  }

  answer(outcome: OutcomeOf<E>): void {
    if (this.#outcome !== undefined) throw new Error('answered twice')
    this.#outcome = outcome
  }
}

export class Drive {
  now = 1_000_000
  topicsVersion = 0
  group: Group
  readonly records: GroupRecord[] = []
  readonly notes: Note[] = []
  readonly topics = new Map<string, Topic>()
  readonly timers = new Map<string, number>()
  config: CoordinatorConfig
  #asks = new Map<number, Asked<AskedEvent>>()
  #uuids = 0

  constructor(config: Partial<CoordinatorConfig> = {}, id = 'g') {
    this.config = { ...defaults, ...config }
    this.group = newGroup(id)
    this.topic('t', 3)
    this.topic('u', 2)
  }

  topic(name: string, partitionCount: number): Topic {
    const id = topicId(name)
    const racks = Array.from({ length: partitionCount }, () => [])
    const topic = { name, partitionCount, id, hash: topicHash({ id, name, racks }) }
    this.topics.set(name, topic)
    this.topicsVersion++
    return topic
  }

  get world(): World {
    return {
      now: this.now,
      config: this.config,
      topics: {
        byName: (name) => this.topics.get(name),
        byId: (id) => [...this.topics.values()].find((each) => each.id === id),
        names: () => this.topics.keys(),
        version: this.topicsVersion,
        offset: 77n,
      },
    }
  }

  uuid(): string {
    return `u${++this.#uuids}`
  }

  ask<E extends AskedEvent>(event: E): Asked<E> {
    const asked = new Asked<E>()
    const ask = this.#asks.size + 1
    this.#asks.set(ask, asked as unknown as Asked<AskedEvent>)
    this.play({ ...event, ask } as unknown as GroupEvent)
    return asked
  }

  play(event: GroupEvent): void {
    for (const effect of step(this.group, event, this.world)) {
      switch (effect.kind) {
        case 'persist':
          this.records.push(throughBytes(effect.record))
          break
        case 'reply':
          this.#asks.get(effect.ask)!.answer(effect.outcome as never)
          break
        case 'arm':
          if (effect.onlyIfIdle && this.timers.has(effect.timer)) break
          this.timers.set(effect.timer, effect.at)
          break
        case 'disarm':
          this.timers.delete(effect.timer)
          break
        case 'note':
          this.notes.push(effect.note)
      }
    }
  }

  /** Lets time pass; timers fire in their order. */
  advance(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const [next] = [...this.timers].sort((a, b) => a[1] - b[1])
      if (next === undefined || next[1] > until) break
      this.timers.delete(next[0])
      this.now = Math.max(this.now, next[1])
      this.play({ kind: 'timeout', timer: next[0] })
    }
    this.now = until
  }

  /** What a coordinator knows that reads the records; it goes on in this group's place. */
  failover(): void {
    this.group = this.replayed()
    this.timers.clear()
    this.#asks = new Map([...this.#asks].map(([ask]) => [ask, new Asked()]))
    this.play({ kind: 'loaded' })
  }

  replayed(): Group {
    const groups = new Map<string, Group>()
    for (const record of this.records) replay(groups, record)
    replayed(groups)
    return groups.get(this.group.id) ?? newGroup(this.group.id)
  }

  kinds(): string[] {
    return this.records.map(({ kind, value }) => (value === null ? `${kind} deleted` : kind))
  }
}

function throughBytes(record: GroupRecord): GroupRecord {
  const { key, value } = encodeRecord(record)
  return decodeRecord(key, value)!
}

export function topicId(name: string): string {
  return Buffer.from(name.padEnd(16, '.')).toString('base64url')
}
