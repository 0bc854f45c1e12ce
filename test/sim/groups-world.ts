/**
 * One group, its coordinator, and clients of both protocols in a simulated world: virtual time, a network that loses and delays (and keeps
 * the order of one connection), a log whose end is lost when the coordinator moves, members that crash, pause, leave and come
 * back. One seed, one history. The invariants are checked after everything that happens.
 */
import type { AskedEvent, GroupEvent, OutcomeOf } from '../../src/groups/events.ts'
import { type Group, newGroup } from '../../src/groups/group.ts'
import { decodeRecord, encodeRecord } from '../../src/groups/records.ts'
import { refuse } from '../../src/groups/refuse.ts'
import { replay, replayed } from '../../src/groups/replay.ts'
import { step } from '../../src/groups/step.ts'
import type { CoordinatorConfig, World as CoreWorld } from '../../src/groups/world.ts'
import type { ErrorName } from '../../src/protocol/errors.ts'
import { Drive, defaults } from '../groups/drive.ts'
import { SimClock } from './clock.ts'
import { ClassicClient, type Client, ConsumerClient } from './groups-clients.ts'
import { SeededRandom } from './random.ts'

export interface WorldOptions {
  readonly seed: number
  readonly classic?: number
  readonly consumer?: number
  /** How many of the members have an instance id. */
  readonly fixed?: number
  readonly lossRate?: number
  /** Of each of these about so many in a second. */
  readonly crashes?: number
  readonly failovers?: number
  readonly pauses?: number
  readonly growths?: number
  /** Members of either protocol come in the place of those that go. */
  readonly swaps?: boolean
  /** Members of the classic protocol go on reading while they join, and say what they hold. */
  readonly cooperative?: boolean
}

export const sessionTimeoutMs = 3000
export const rebalanceTimeoutMs = 5000
const requestTimeoutMs = 1500
const stepMs = 10

type Logged = { readonly key: Uint8Array; readonly value: Uint8Array | null }

export class World {
  readonly options: Required<WorldOptions>
  readonly clock = new SimClock(1_000_000)
  readonly random: SeededRandom
  readonly clients: Client[] = []
  /** Topics and their changes; nothing else of it is used. */
  readonly drive = new Drive()
  readonly config: CoordinatorConfig
  group: Group = newGroup('g')
  failovers = 0
  commits = 0
  refusals = 0
  rebalances = 0
  /** Moves of a group with members from one protocol to the other. */
  upgrades = 0
  downgrades = 0
  isHealed = false
  #log: Logged[] = []
  #highWatermark = 0
  /** Where turns ended. */
  #ends: number[] = [0]
  #spoken: { readonly at: number; readonly run: () => void }[] = []
  #asks = new Map<number, (outcome: never) => void>()
  #lastAsk = 0
  #timers = new Map<string, () => void>()
  #isLoading = false
  #life = 0
  /** What was acknowledged, by partition: where in the log its record stands. */
  #acknowledged = new Map<string, number>()
  #epochLetOut = 0
  /** As they were after the last step. */
  readonly #epochs = new Map<string, number>()
  #names = 0

  constructor(options: WorldOptions) {
    this.options = {
      ...{ classic: 0, consumer: 0, fixed: 0, lossRate: 0.02, crashes: 0.1, failovers: 0.1 },
      ...{ pauses: 0.1, growths: 0.02, swaps: false, cooperative: false },
      ...options,
    }
    this.random = new SeededRandom(options.seed)
    this.config = {
      ...defaults,
      groupMinSessionTimeoutMs: 1000,
      groupInitialRebalanceDelayMs: this.random.pick([0, 300]),
      groupConsumerAssignors: this.random.pick([['uniform'], ['range']]),
      consumer: () => ({ sessionTimeoutMs, heartbeatIntervalMs: 300, assignmentIntervalMs: 0 }),
    }
    const { classic, consumer, fixed } = this.options
    const kinds = [...Array(classic).fill('classic'), ...Array(consumer).fill('consumer')]
    for (const [i, kind] of kinds.entries()) this.enter(kind, i < fixed ? `i${i}` : null)
  }

  get now(): number {
    return this.clock.now()
  }

  get live(): Client[] {
    return this.clients.filter(({ isDead }) => !isDead)
  }

  enter(kind: Client['kind'], instanceId: string | null): Client | null {
    const isThere = instanceId !== null && this.live.some((each) => each.instanceId === instanceId)
    if (this.isHealed && isThere) return null
    const name = `c${++this.#names}`
    const client =
      kind === 'classic'
        ? new ClassicClient(this, name, instanceId)
        : new ConsumerClient(this, name, instanceId)
    this.clients.push(client)
    client.begin()
    return client
  }

  /** One of several hangs, and a newcomer is to get some of what it has. */
  stickOne(): void {
    if (this.live.length < 2) return
    const stuck = this.random.pick(this.live)
    stuck.isStuck = true
    this.enter(stuck.kind, null)
  }

  run(ms: number): void {
    const until = this.now + ms
    while (this.now < until) {
      this.clock.advance(stepMs)
      if (!this.isHealed) this.#misfortune()
      this.check()
    }
  }

  /** From here on nothing goes wrong any more. Of two with one instance id the coordinator has to make one. */
  heal(): void {
    this.isHealed = true
    for (const client of this.live) client.isPaused = false
  }

  isDouble(client: Client): boolean {
    const { instanceId } = client
    return this.live.some((each) => each !== client && each.instanceId === instanceId)
  }

  /** One of several goes without a word. */
  loseOne(): void {
    if (this.live.length > 1) this.random.pick(this.live).crash()
  }

  /** A request of a client: in the order of its connection, perhaps never; null after the time for an answer. */
  call<E extends AskedEvent>(
    client: Client,
    event: E,
    take: (outcome: OutcomeOf<E> | null) => void,
    timeoutMs = requestTimeoutMs,
  ): void {
    const { life } = client
    let isOver = false
    const finish = (outcome: OutcomeOf<E> | null) => {
      if (isOver || client.life !== life || client.isDead) return
      isOver = true
      take(outcome)
      this.check()
    }
    this.clock.schedule(timeoutMs, () => finish(null))
    if (this.#isLost()) return
    const arrives = Math.max(client.lastArrival, this.now + this.#delay())
    client.lastArrival = arrives
    this.clock.schedule(arrives - this.now, () =>
      this.#ask(event, (outcome) => {
        if (!this.#isLost()) this.clock.schedule(this.#delay(), () => finish(outcome))
      }),
    )
  }

  /** Is every partition some living client's? */
  get settled(): boolean {
    if (!this.live.every((each) => each.isSettled)) return false
    const owners = new Map<string, number>()
    for (const { owned } of this.live) {
      for (const each of owned) owners.set(each, (owners.get(each) ?? 0) + 1)
    }
    return this.partitions().every((each) => owners.get(each) === 1)
  }

  /** Members as the coordinator knows them that are no living client. */
  get ghosts(): string[] {
    const living = new Set(this.live.map(({ memberId }) => memberId))
    const { consumer, classic } = this.group
    return [...(consumer ?? classic)!.members.keys()].filter((id) => !living.has(id))
  }

  partitions(): string[] {
    return [...this.drive.topics.values()].flatMap(({ name, partitionCount }) =>
      Array.from({ length: partitionCount }, (_, i) => `${name}-${i}`),
    )
  }

  /** No partition is read by two members that the coordinator takes for members. */
  check(): void {
    const owners = new Map<string, string>()
    for (const client of this.live) {
      if (!this.isMember(client)) continue
      for (const partition of client.owned) {
        const other = owners.get(partition)
        if (other !== undefined) throw new Error(`${partition} is ${other}'s and ${client.name}'s`)
        owners.set(partition, client.name)
      }
    }
  }

  isMember({ memberId, epoch, kind }: Client): boolean {
    const { consumer, classic } = this.group
    if (consumer !== null) {
      const member = consumer.members.get(memberId)
      // One of the classic protocol that was given up, and comes again under its old id, has not heard of it yet.
      const knows = member?.epoch === epoch || member?.previousEpoch === epoch
      return member !== undefined && (knows || kind === 'consumer')
    }
    return classic?.members.has(memberId) === true && classic.generation === epoch
  }

  /** A client has been given an epoch that only what is written can have. */
  epochTold({ epoch, memberId }: Client): void {
    const { consumer, classic } = this.group
    // A group without members that begins anew in the other protocol counts from the start.
    if (!(consumer ?? classic)?.members.has(memberId)) return
    this.#epochLetOut = Math.max(this.#epochLetOut, epoch)
  }

  /** The coordinator moves: the end of the log that was not replicated may be lost, whoever asked hears nothing good. */
  failover(): void {
    this.failovers++
    const life = ++this.#life
    // What one turn wrote is one batch: all of it is kept, or none.
    const ends = this.#ends.filter((end) => end >= this.#highWatermark)
    this.#log.length = ends.length === 0 ? this.#highWatermark : this.random.pick(ends)
    this.#highWatermark = this.#log.length
    this.#ends = [this.#highWatermark]
    this.#spoken = []
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    const asks = [...this.#asks.values()]
    this.#asks.clear()
    this.#isLoading = true
    for (const answer of asks) answer('NOT_COORDINATOR' as never)
    this.clock.schedule(this.random.below(400), () => {
      if (this.#life !== life) return
      this.group = this.#replayed()
      // What nobody was told may be lost.
      this.#epochs.clear()
      this.#isLoading = false
      this.#play({ kind: 'loaded' })
    })
  }

  #replayed(): Group {
    const groups = new Map<string, Group>()
    const last = new Map<string, number>()
    for (const [index, { key, value }] of this.#log.entries()) {
      const record = decodeRecord(key, value)!
      replay(groups, record)
      if (record.kind === 'offset') last.set(`${record.key.topic}-${record.key.partition}`, index)
    }
    for (const [partition, index] of this.#acknowledged) {
      if ((last.get(partition) ?? -1) < index) throw new Error(`a commit of ${partition} is lost`)
    }
    replayed(groups)
    const group = groups.get('g') ?? newGroup('g')
    const known = [...group.offsets.values()].reduce((sum, { size }) => sum + size, 0)
    if (known < last.size) throw new Error(`of ${last.size} commits ${known} are remembered`)
    const epoch = group.consumer?.epoch ?? group.classic?.generation ?? 0
    if (epoch < this.#epochLetOut) {
      throw new Error(`epoch ${this.#epochLetOut} was told, and ${epoch} is remembered`)
    }
    return group
  }

  #ask<E extends AskedEvent>(event: E, answer: (outcome: OutcomeOf<E>) => void): void {
    const take = (outcome: OutcomeOf<E> | ErrorName) =>
      answer(typeof outcome === 'string' ? (refuse(event, outcome) as OutcomeOf<E>) : outcome)
    if (this.#isLoading) return take('COORDINATOR_LOAD_IN_PROGRESS')
    const ask = ++this.#lastAsk
    this.#asks.set(ask, take as (outcome: never) => void)
    if (event.kind !== 'commit') return this.#play({ ...event, ask } as GroupEvent)
    const { memberId } = event
    const known =
      this.group.consumer?.members.has(memberId) || this.group.classic?.members.has(memberId)
    const before = this.#log.length
    this.#play({ ...event, ask } as GroupEvent)
    if (this.#log.length === before) {
      this.refusals++
      return
    }
    this.commits++
    if (!known) throw new Error(`a commit of ${memberId}, who is no member, was taken`)
    for (const { topic, partitions } of event.topics) {
      for (const { partition } of partitions) {
        this.#ensureNobodyElse(memberId, `${'name' in topic ? topic.name : ''}-${partition}`)
      }
    }
  }

  #ensureNobodyElse(memberId: string, partition: string): void {
    const other = this.live.find(
      (each) => each.memberId !== memberId && each.owned.has(partition) && this.isMember(each),
    )
    if (other === undefined) return
    throw new Error(`${memberId} committed ${partition}, which is ${other.name}'s`)
  }

  #play(event: GroupEvent): void {
    const kindBefore = this.#kind()
    const classicBefore = this.group.classic?.members.size ?? 0
    const consumerBefore = this.group.consumer?.members.size ?? 0
    for (const effect of step(this.group, event, this.#coreWorld())) {
      switch (effect.kind) {
        case 'persist':
          this.#log.push(encodeRecord(effect.record))
          break
        case 'reply': {
          const answer = this.#asks.get(effect.ask)!
          this.#asks.delete(effect.ask)
          const at = this.#log.length
          this.#spoken.push({ at, run: () => answer(effect.outcome as never) })
          break
        }
        case 'arm':
          if (effect.onlyIfIdle && this.#timers.has(effect.timer)) break
          this.#arm(effect.timer, effect.at)
          break
        case 'disarm':
          this.#timers.get(effect.timer)?.()
          this.#timers.delete(effect.timer)
          break
        case 'note':
          if (effect.note.kind === 'assigned') this.rebalances++
      }
    }
    if (this.#kind() !== kindBefore && classicBefore + consumerBefore === 0) this.#beginAnew()
    this.#checkEpochs()
    if (classicBefore > 0 && this.group.consumer !== null) this.upgrades++
    if (consumerBefore > 0 && this.group.classic !== null) this.downgrades++
    if (this.#ends.at(-1) !== this.#log.length) this.#ends.push(this.#log.length)
    this.#replicate()
  }

  /** A group without members that goes over to the other protocol counts from the start. */
  #beginAnew(): void {
    this.#epochLetOut = 0
    this.#epochs.clear()
  }

  /** None goes back, neither the group's nor that of any member. */
  #checkEpochs(): void {
    const { consumer, classic } = this.group
    const members = [...(consumer?.members.values() ?? [])].map(({ id, epoch }) => [id, epoch])
    const now = [['the group', consumer?.epoch ?? classic?.generation ?? 0], ...members]
    for (const [name, epoch] of now as [string, number][]) {
      // 0: it begins anew; below: it has gone for a while.
      if (epoch <= 0) continue
      const before = this.#epochs.get(name) ?? 0
      if (epoch < before) throw new Error(`the epoch of ${name} goes from ${before} to ${epoch}`)
      this.#epochs.set(name, epoch)
    }
  }

  #kind(): 'consumer' | 'classic' {
    return this.group.consumer === null ? 'classic' : 'consumer'
  }

  #arm(timer: string, at: number): void {
    this.#timers.get(timer)?.()
    const cancel = this.clock.schedule(at - this.now, () => {
      this.#timers.delete(timer)
      this.#play({ kind: 'timeout', timer })
    })
    this.#timers.set(timer, cancel)
  }

  /** What was written is safe a moment later, and only then the answers go out. */
  #replicate(): void {
    const end = this.#log.length
    const life = this.#life
    const safe = () => {
      if (this.#life !== life) return
      this.#highWatermark = Math.max(this.#highWatermark, end)
      while (this.#spoken[0] !== undefined && this.#spoken[0].at <= this.#highWatermark) {
        this.#spoken.shift()!.run()
      }
    }
    this.clock.schedule(1 + this.random.below(this.isHealed ? 5 : 40), safe)
  }

  /** A client has heard that its commit was taken: its record is in the log, and stays. */
  acknowledged(partition: string, offset: bigint): void {
    const index = this.#log.findLastIndex(({ key, value }) => {
      const record = decodeRecord(key, value)!
      return (
        record.kind === 'offset' &&
        `${record.key.topic}-${record.key.partition}` === partition &&
        record.value?.offset === offset
      )
    })
    if (index < 0) throw new Error(`${partition}: ${offset} was acknowledged and is not in the log`)
    this.#acknowledged.set(partition, Math.max(index, this.#acknowledged.get(partition) ?? -1))
  }

  #coreWorld(): CoreWorld {
    return { ...this.drive.world, now: this.now, config: this.config }
  }

  #misfortune(): void {
    const { crashes, failovers, pauses, growths } = this.options
    const happens = (perSecond: number) => this.random.chance((perSecond * stepMs) / 1000)
    if (happens(failovers) && !this.#isLoading) this.failover()
    if (happens(growths)) {
      const topic = this.drive.topics.get('t')!
      if (topic.partitionCount < 8) this.drive.topic('t', topic.partitionCount + 1)
    }
    for (const client of this.live) {
      if (happens(pauses / this.live.length)) client.pause(this.random.below(2 * sessionTimeoutMs))
      if (happens(crashes / this.live.length)) this.#replace(client)
    }
  }

  /** One goes, with or without a word, and another comes; an instance comes back, perhaps before its former self has ended. */
  #replace(client: Client): void {
    if (this.random.chance(0.5)) client.leave()
    else if (client.instanceId === null || this.random.chance(0.7)) client.crash()
    const kind = this.options.swaps
      ? this.random.pick(['classic', 'consumer'] as const)
      : client.kind
    this.clock.schedule(this.random.below(2000), () => this.enter(kind, client.instanceId))
  }

  #isLost(): boolean {
    return !this.isHealed && this.random.chance(this.options.lossRate)
  }

  #delay(): number {
    return 1 + this.random.below(this.isHealed ? 5 : 30)
  }
}
