/** Members as clients are: what they ask, how they take the answers, what they hold. They know nothing but what they were told. */
import type {
  ConsumerHeartbeatOutcome,
  JoinOutcome,
  OutcomeOf,
  SyncOutcome,
} from '../../src/groups/events.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/protocol/records/member-bytes.ts'
import { heartbeatEvent } from '../groups/consumer/members.ts'
import { topicId } from '../groups/drive.ts'
import { assignment, joinEvent } from '../groups/members.ts'
import { rebalanceTimeoutMs, sessionTimeoutMs, type World } from './groups-world.ts'

const heartbeatMs = 300
const retryMs = 60
const readsMax = 40

export abstract class Client {
  readonly world: World
  readonly name: string
  readonly instanceId: string | null
  abstract readonly kind: 'classic' | 'consumer'
  abstract readonly isSettled: boolean
  memberId = ''
  epoch = -1
  /** `topic-partition`: what it reads, as far as it knows. */
  owned = new Set<string>()
  isDead = false
  isPaused = false
  /** It goes on sending heartbeats, and gives nothing back: its program hangs in what it reads. */
  isStuck = false
  /** Answers that were meant for an earlier life are not for this one. */
  life = 0
  readonly #reads: { memberId: string; epoch: number; name: string }[] = []
  /** When its last request arrives: the next one comes after it. */
  lastArrival = 0

  constructor(world: World, name: string, instanceId: string | null) {
    this.world = world
    this.name = name
    this.instanceId = instanceId
  }

  abstract begin(): void
  abstract leave(): void

  crash(): void {
    this.isDead = true
    this.isStuck = false
    this.owned = new Set()
  }

  pause(ms: number): void {
    this.isPaused = true
    this.world.clock.schedule(ms, () => {
      this.isPaused = false
    })
  }

  /** Runs later, in this life only, and not while it is paused. */
  protected later(ms: number, run: () => void): void {
    const { life } = this
    this.world.clock.schedule(ms, () => {
      if (this.isDead || this.life !== life) return
      if (this.isPaused) this.later(retryMs, run)
      else run()
    })
  }

  /** Commits what it has read of one of its partitions; some of its threads are late, and commit what was theirs long ago. */
  protected commitSomething(): void {
    const { random } = this.world
    const { memberId: id, epoch: at } = this
    for (const each of this.owned) this.#reads.push({ memberId: id, epoch: at, name: each })
    this.#reads.splice(0, this.#reads.length - readsMax)
    const isLate = random.chance(0.3)
    const read = random.pick(isLate ? this.#reads : this.#reads.slice(-this.owned.size))
    if (read === undefined || (!isLate && this.owned.size === 0)) return
    const { memberId, epoch, name } = read
    const [topic, partition] = name.split('-') as [string, string]
    const offset = BigInt(this.world.random.below(2 ** 30))
    this.world.call(
      this,
      {
        kind: 'commit',
        apiVersion: 9,
        memberId,
        generation: epoch,
        instanceId: this.instanceId,
        retentionMs: -1n,
        topics: [
          {
            topic: { name: topic },
            partitions: [{ partition: Number(partition), offset, leaderEpoch: 0, metadata: null }],
          },
        ],
      },
      (outcome) => {
        const error = outcome?.topics[0]?.partitions[0]?.error ?? outcome?.error
        if (error === 'NONE') this.world.acknowledged(name, offset)
      },
    )
  }

  /** Everything it had is somebody else's by now. */
  protected lose(): void {
    this.isStuck = false
    this.owned = new Set()
  }
}

/** Eager, it gives everything back before it joins; cooperative, it goes on until it is told what is no longer its own. */
export class ClassicClient extends Client {
  readonly kind = 'classic'
  #phase: 'joining' | 'syncing' | 'stable' = 'joining'
  #isLeader = false
  #heardAt = 0
  #topicsVersion = 0

  get isSettled(): boolean {
    return this.#phase === 'stable'
  }

  begin(): void {
    this.#heardAt = this.world.now
    this.#join()
    this.#beat()
    this.#commit()
  }

  leave(): void {
    const { memberId, instanceId } = this
    // Static members go without a word.
    if (instanceId === null && memberId !== '') {
      this.world.call(
        this,
        { kind: 'leave', members: [{ memberId, instanceId, reason: null }] },
        () => {},
      )
    }
    this.crash()
  }

  #join(): void {
    // Whoever was not heard for so long is nobody's member any more.
    const isLate = this.world.now - this.#heardAt > sessionTimeoutMs
    if (isLate || !this.world.options.cooperative) this.lose()
    this.#phase = 'joining'
    this.life++
    this.#beat()
    this.#commit()
    const event = joinEvent(this.world.drive, {
      client: { clientId: this.name, clientHost: '/127.0.0.1' },
      memberId: this.memberId,
      instanceId: this.instanceId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocols: [{ name: 'range', metadata: this.#subscription() }],
    })
    this.world.call(this, event, (outcome) => this.#joined(outcome), rebalanceTimeoutMs + 1000)
  }

  #joined(outcome: JoinOutcome | null): void {
    if (outcome?.error === 'NONE') {
      this.#heardAt = this.world.now
      this.memberId = outcome.memberId
      this.epoch = outcome.generation
      this.#isLeader = outcome.leader === this.memberId
      return this.#sync(this.#isLeader && !outcome.skipAssignment ? this.#assign(outcome) : [])
    }
    if (outcome?.error === 'FENCED_INSTANCE_ID') return this.crash()
    if (outcome?.error === 'MEMBER_ID_REQUIRED') this.memberId = outcome.memberId
    if (outcome?.error === 'UNKNOWN_MEMBER_ID') {
      this.memberId = ''
      this.lose()
    }
    this.later(retryMs, () => this.#join())
  }

  #subscription(): Uint8Array {
    const ownedPartitions = [...reportOf(this.owned)].map(([id, partitions]) => ({
      topic: nameOf(id),
      partitions: [...partitions],
    }))
    const generationId = this.epoch
    return encodeSubscription({ topics: ['t', 'u'], userData: null, ownedPartitions, generationId })
  }

  #assign(joined: JoinOutcome): { memberId: string; assignment: Uint8Array }[] {
    const assignments = this.#share(joined)
    if (!this.world.options.cooperative) return assignments
    // What another one holds comes with the next generation, when that one has given it back.
    const holders = new Map<string, string>()
    const at = new Map<string, number>()
    for (const { memberId, metadata } of joined.members) {
      const { ownedPartitions, generationId } = decodeSubscription(metadata)
      for (const name of namesOf(ownedPartitions)) {
        if ((at.get(name) ?? -1) > generationId) continue
        holders.set(name, memberId)
        at.set(name, generationId)
      }
    }
    return assignments.map(({ memberId, assignment: bytes }) => {
      const kept = namesOf(decodeAssignment(bytes).assignedPartitions).filter(
        (name) => (holders.get(name) ?? memberId) === memberId,
      )
      const assignedPartitions = [...reportOf(kept)].map(([id, partitions]) => ({
        topic: nameOf(id),
        partitions: [...partitions],
      }))
      return { memberId, assignment: encodeAssignment({ assignedPartitions, userData: null }) }
    })
  }

  #share({ members }: JoinOutcome): { memberId: string; assignment: Uint8Array }[] {
    this.#topicsVersion = this.world.drive.topicsVersion
    const shares = members.map(({ memberId, metadata }) => ({
      memberId,
      topics: decodeSubscription(metadata).topics,
      partitions: [] as number[],
    }))
    // `t` is dealt out, `u` goes to the first member as a whole.
    const count = this.world.drive.topics.get('t')!.partitionCount
    for (let i = 0; i < count; i++) shares[i % shares.length]!.partitions.push(i)
    const all = this.world.drive.topics.get('u')!.partitionCount
    return shares.map(({ memberId, partitions }, i) => ({
      memberId,
      assignment: i > 0 ? assignment('t', ...partitions) : both(partitions, all),
    }))
  }

  #sync(assignments: { memberId: string; assignment: Uint8Array }[]): void {
    this.#phase = 'syncing'
    const { memberId, instanceId, epoch } = this
    this.world.call(
      this,
      {
        kind: 'sync',
        memberId,
        instanceId,
        generation: epoch,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments,
      },
      (outcome) => this.#synced(outcome),
      rebalanceTimeoutMs + 1000,
    )
  }

  #synced(outcome: SyncOutcome | null): void {
    if (outcome?.error !== 'NONE') return this.#rejoin(outcome?.error)
    this.#heardAt = this.world.now
    this.world.epochTold(this)
    this.#phase = 'stable'
    const before = this.owned
    this.owned = new Set(namesOf(decodeAssignment(outcome.assignment).assignedPartitions))
    const hasRevoked = [...before].some((each) => !this.owned.has(each))
    if (hasRevoked && this.world.options.cooperative) this.later(retryMs, () => this.#join())
  }

  #rejoin(error: string | undefined): void {
    if (error === 'FENCED_INSTANCE_ID') return this.crash()
    if (error === 'REBALANCE_IN_PROGRESS' && this.isStuck) return
    if (error === 'UNKNOWN_MEMBER_ID') this.memberId = ''
    if (error !== 'REBALANCE_IN_PROGRESS') this.lose()
    this.later(retryMs, () => this.#join())
  }

  #beat(): void {
    this.later(heartbeatMs, () => {
      this.#beat()
      if (this.#phase !== 'stable') return
      const hasChanged = this.#isLeader && this.#topicsVersion < this.world.drive.topicsVersion
      const isLate = this.world.now - this.#heardAt > sessionTimeoutMs
      if (hasChanged || isLate) return this.#join()
      const { memberId, instanceId, epoch: generation } = this
      this.world.call(this, { kind: 'heartbeat', memberId, instanceId, generation }, (outcome) => {
        if (this.#phase !== 'stable') return
        if (outcome?.error === 'NONE') this.#heardAt = this.world.now
        const { error } = outcome ?? {}
        const isForAll = error === 'REBALANCE_IN_PROGRESS' || error === 'ILLEGAL_GENERATION'
        if (isForAll || error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') {
          this.#rejoin(error)
        }
      })
    })
  }

  #commit(): void {
    this.later(100 + this.world.random.below(400), () => {
      // Between the barriers it has the number of a generation that may never be written, and be another one's in the end.
      if (this.#phase === 'stable' || !this.world.options.cooperative) this.commitSomething()
      this.#commit()
    })
  }
}

function both(partitions: number[], others: number): Uint8Array {
  const assignedPartitions = [
    { topic: 't', partitions },
    { topic: 'u', partitions: Array.from({ length: others }, (_, i) => i) },
  ]
  return encodeAssignment({ assignedPartitions, userData: null })
}

/** KIP-848: it takes time to give something back, and only then it takes what is new. */
export class ConsumerClient extends Client {
  readonly kind = 'consumer'
  #hasChanged = false
  #mustTellAll = false
  #isRevoking = false
  #isWaiting = false

  get isSettled(): boolean {
    return this.epoch > 0 && !this.#isRevoking
  }

  begin(): void {
    this.memberId = `m-${this.name}`
    this.epoch = 0
    this.#loop()
    this.#commit()
  }

  leave(): void {
    this.#ask(this.instanceId === null ? -1 : -2)
    this.crash()
  }

  #loop(): void {
    if (!this.#isWaiting) this.#ask(this.epoch)
    this.later(heartbeatMs, () => this.#loop())
  }

  #ask(memberEpoch: number): void {
    const isJoining = memberEpoch === 0
    const isFull = isJoining || (memberEpoch > 0 && this.#mustTellAll)
    const reports = isFull || (memberEpoch > 0 && this.#hasChanged)
    this.#isWaiting = true
    this.#mustTellAll = false
    this.#hasChanged = false
    const event = heartbeatEvent({
      client: { clientId: this.name, clientHost: '/127.0.0.1' },
      memberId: this.memberId,
      memberEpoch,
      instanceId: this.instanceId,
      // Whoever does not know what was heard says everything, and is told everything.
      ...(isFull ? { rebalanceTimeoutMs, topicNames: ['t', 'u'] } : {}),
      reported: reports ? reportOf(isJoining ? [] : this.owned) : null,
    })
    this.world.call(this, event, (outcome) => {
      this.#isWaiting = false
      this.#told(memberEpoch, outcome)
    })
  }

  #told(sent: number, outcome: ConsumerHeartbeatOutcome | null): void {
    switch (outcome?.error) {
      case 'NONE':
        return this.#take(sent, outcome)
      case 'FENCED_INSTANCE_ID':
        return this.crash()
      case 'UNRELEASED_INSTANCE_ID':
        this.#mustTellAll = true
        // Its former self lives, and does not go: a program would give up.
        if (this.world.isHealed && this.world.isDouble(this)) this.crash()
        return
      case 'UNKNOWN_MEMBER_ID':
      case 'FENCED_MEMBER_EPOCH':
      case 'GROUP_ID_NOT_FOUND':
        this.lose()
        this.epoch = 0
        this.life++
        this.#isRevoking = false
        this.later(retryMs, () => this.#loop())
        return this.#commit()
      default:
        this.#mustTellAll = true
    }
  }

  #take(sent: number, { memberEpoch, assignment: told }: OutcomeOf<Heartbeat>): void {
    if (sent > 0 && memberEpoch < sent) {
      throw new Error(`${this.name} was at epoch ${sent} and is told ${memberEpoch}`)
    }
    this.epoch = memberEpoch
    this.world.epochTold(this)
    if (told === null) return
    const wanted = new Set(
      told.flatMap(({ topicId: id, partitions }) =>
        partitions.map((each) => `${nameOf(id)}-${each}`),
      ),
    )
    const mustGo = [...this.owned].some((each) => !wanted.has(each))
    const done = () => {
      this.#isRevoking = false
      this.owned = wanted
      this.#hasChanged = true
    }
    if (!mustGo) return done()
    this.#isRevoking = true
    if (this.isStuck) return
    this.later(this.world.random.below(this.world.isHealed ? 50 : 900), () => {
      if (this.#isRevoking) done()
    })
  }

  #commit(): void {
    this.later(100 + this.world.random.below(400), () => {
      if (this.epoch > 0) this.commitSomething()
      this.#commit()
    })
  }
}

const nameOf = (id: string): string => Buffer.from(id, 'base64url').toString().replace(/\.+$/, '')

const namesOf = (
  shares: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): string[] =>
  shares.flatMap(({ topic, partitions }) => partitions.map((each) => `${topic}-${each}`))

type Heartbeat = ReturnType<typeof heartbeatEvent>

function reportOf(owned: Iterable<string>) {
  const report = new Map<string, Set<number>>()
  for (const each of owned) {
    const [topic, partition] = each.split('-') as [string, string]
    const id = topicId(topic)
    report.set(id, (report.get(id) ?? new Set()).add(Number(partition)))
  }
  return report
}
