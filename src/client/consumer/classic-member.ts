/**
 * A member by the classic protocol.
 *
 *   outside ──join──▶ stable ──rebalance, new topics──▶ outside
 *      ▲                 │
 *      └─ fenced, late ──┘   then the partitions may be somebody else's already
 *
 * While it is stable it sends heartbeats by itself; everything else waits for `work`.
 */
import { pause } from '../../host/clock.ts'
import { heartbeat } from '../../protocol/apis/heartbeat.ts'
import { leaveGroup } from '../../protocol/apis/leave-group.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { Assignor } from '../assignors/assignor.ts'
import { backoffMs } from '../backoff.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import type { CommitIdentity } from './commit.ts'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { GroupHost, Membership } from './group.ts'
import { Heartbeats } from './heartbeats.ts'
import { type Joined, type Joining, joinOnce } from './join.ts'
import type { ConsumerSettings } from './settings.ts'

/** The group has gone on without us. */
const fenced: readonly ErrorName[] = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION']

const nobody = { memberId: '', generation: -1 }

export class ClassicMember implements Membership {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #groupId: string
  readonly #link: CoordinatorLink
  readonly #host: GroupHost
  readonly #assignors: readonly Assignor[]
  readonly #isCooperative: boolean
  readonly #heartbeats: Heartbeats
  #memberId = nobody.memberId
  #generation = nobody.generation
  #joined: Joined | null = null
  #topics: readonly string[] = []
  #reason: string | null = ''
  #isLost = false
  #failure: KafkaError | null = null
  #polledAt: number
  #heardAt = 0
  #failures = 0
  #isLeaving = false

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings & { groupId: string },
    group: { link: CoordinatorLink; host: GroupHost; assignors: readonly Assignor[] },
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.#groupId = settings.groupId
    this.#link = group.link
    this.#host = group.host
    this.#assignors = group.assignors
    // A group is cooperative only if every assignor that it may choose is (KIP-429).
    this.#isCooperative = group.assignors.every((assignor) => assignor.isCooperative)
    this.#polledAt = this.#now()
    this.#heartbeats = new Heartbeats(cluster.settings.host.clock, () => this.#beat())
  }

  get needsWork(): boolean {
    return this.#reason !== null || this.#isLost || this.#failure !== null
  }

  polled(): void {
    this.#polledAt = this.#now()
  }

  topicsChanged(): void {
    const topics = this.#host.topics()
    if (!isSame(topics, this.#topics)) this.#rejoin('the subscription has changed')
    const joined = this.#joined
    if (joined === null || !joined.isLeader) return
    for (const [topic, count] of joined.counts) {
      const now = this.#cluster.cache.topics.get(topic)?.partitions.length ?? 0
      if (now !== count) this.#rejoin('the partitions have changed')
    }
    for (const topic of topics) {
      if (joined.counts.has(topic)) continue
      const count = this.#cluster.cache.topics.get(topic)?.partitions.length ?? 0
      if (count > 0) this.#rejoin('a topic has appeared')
    }
  }

  identity(): CommitIdentity {
    const { groupInstanceId } = this.#settings
    return {
      groupId: this.#groupId,
      memberId: this.#memberId,
      generation: this.#generation,
      groupInstanceId,
    }
  }

  async work(): Promise<void> {
    while (this.needsWork && !this.#isLeaving) {
      if (this.#failure !== null) throw this.#failure
      if (this.#isLost) await this.#giveUp()
      await this.#prepare()
      await this.#attempt()
    }
  }

  async leave(): Promise<void> {
    // A round that is under way ends without a next one.
    this.#isLeaving = true
    this.#heartbeats.stop()
    if (this.#memberId === '' || this.#settings.groupInstanceId !== null) return
    await this.#sayGoodbye('the consumer is being closed')
    this.#forget()
  }

  async #prepare(): Promise<void> {
    this.#topics = [...this.#host.topics()]
    const owned = this.#host.owned()
    if (owned.length === 0) return
    await this.#host.commitProcessed()
    const unwanted = this.#isCooperative
      ? owned.filter(({ topic }) => !this.#topics.includes(topic))
      : owned
    if (unwanted.length > 0) await this.#host.revoke(unwanted)
  }

  async #attempt(): Promise<void> {
    const joining: Joining = {
      groupId: this.#groupId,
      memberId: this.#memberId,
      groupInstanceId: this.#settings.groupInstanceId,
      sessionTimeoutMs: this.#settings.sessionTimeoutMs,
      rebalanceTimeoutMs: this.#settings.maxPollIntervalMs,
      assignors: this.#assignors,
      topics: this.#topics,
      owned: this.#host.owned(),
      generation: this.#generation,
      rack: this.#settings.clientRack,
      reason: this.#reason ?? '',
    }
    this.#reason = null
    try {
      const connection = await this.#link.connection()
      this.#heartbeats.stop()
      this.#polledAt = this.#now()
      const joined = await joinOnce(this.#cluster, connection, joining)
      this.#memberId = joining.memberId
      this.#failures = 0
      if (!this.#isLeaving) await this.#settle(joined)
    } catch (error) {
      this.#memberId = joining.memberId
      if (!(error instanceof KafkaError)) throw error
      if (this.#isLeaving) return
      this.#reason ??= joining.reason
      await this.#recover(error)
    }
  }

  async #settle(joined: Joined): Promise<void> {
    this.#joined = joined
    this.#generation = joined.generation
    this.#polledAt = this.#heardAt = this.#now()
    this.#heartbeats.start(this.#settings.heartbeatIntervalMs)
    const { given, taken } = difference(this.#host.owned(), joined.assignment)
    if (taken.length > 0) {
      await this.#host.revoke(taken)
      // Who was to get them gets them in the next round.
      this.#rejoin('partitions were given back')
    }
    await this.#host.assign(given)
  }

  async #recover(error: KafkaError): Promise<void> {
    if (fenced.includes(error.error)) {
      if (error.error === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
      this.#isLost = true
      return
    }
    const isRepeatable = this.#link.note(error) || error.error === 'REBALANCE_IN_PROGRESS'
    if (!isRepeatable && error.fate === 'final') throw error
    const { retryBackoffMs, retryBackoffMaxMs, host } = this.#cluster.settings
    const chance = host.random.number()
    const wait = { firstMs: retryBackoffMs, maxMs: retryBackoffMaxMs, chance }
    await pause(host.clock, backoffMs(this.#failures++, wait))
  }

  async #giveUp(): Promise<void> {
    this.#isLost = false
    this.#reason ??= 'the member was fenced'
    this.#generation = nobody.generation
    this.#joined = null
    const owned = this.#host.owned()
    if (owned.length > 0) await this.#host.lose(owned)
  }

  async #beat(): Promise<number> {
    const { heartbeatIntervalMs, maxPollIntervalMs, sessionTimeoutMs } = this.#settings
    const now = this.#now()
    if (now - this.#polledAt > maxPollIntervalMs) {
      await this.#sayGoodbye('consumer poll timeout has expired.')
      this.#forget()
      this.#isLost = true
      this.#heartbeats.stop()
      this.#host.wake()
      return heartbeatIntervalMs
    }
    try {
      const connection = await this.#link.connection()
      const answer = await connection.call(heartbeat, {
        groupId: this.#groupId,
        generationId: this.#generation,
        memberId: this.#memberId,
        groupInstanceId: this.#settings.groupInstanceId,
      })
      this.#heardAt = this.#now()
      ensureNone(answer.errorCode)
      return heartbeatIntervalMs
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (this.#now() - this.#heardAt > sessionTimeoutMs) this.#isLost = true
      this.#notice(error)
      return error.fate === 'final' ? heartbeatIntervalMs : this.#cluster.settings.retryBackoffMs
    }
  }

  #notice(error: KafkaError): void {
    if (this.#link.note(error)) return
    if (error.error === 'REBALANCE_IN_PROGRESS') this.#rejoin('the group rebalances')
    else if (fenced.includes(error.error)) {
      if (error.error === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
      this.#isLost = true
    } else if (error.fate === 'final') this.#failure = error
    this.#host.wake()
  }

  #rejoin(reason: string): void {
    this.#reason ??= reason
    this.#host.wake()
  }

  #forget(): void {
    this.#memberId = nobody.memberId
    this.#generation = nobody.generation
  }

  /** Best effort: who cannot say goodbye is missed when the session is over. */
  async #sayGoodbye(reason: string): Promise<void> {
    try {
      const connection = await this.#link.connection()
      const member = {
        memberId: this.#memberId,
        groupInstanceId: this.#settings.groupInstanceId,
        reason,
      }
      const isSingle = (connection.version(leaveGroup) ?? 0) < 3
      await connection.call(leaveGroup, {
        groupId: this.#groupId,
        ...(isSingle ? { memberId: this.#memberId, members: [] } : { members: [member] }),
      })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
    }
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each))
}

/** What an assignment adds to the partitions that are owned, and what it takes away. */
export function difference(
  owned: readonly TopicPartition[],
  assigned: readonly TopicPartition[],
): { given: TopicPartition[]; taken: TopicPartition[] } {
  const keys = (list: readonly TopicPartition[]) =>
    new Set(list.map(({ topic, partition }) => partitionKey(topic, partition)))
  const before = keys(owned)
  const after = keys(assigned)
  return {
    given: assigned.filter(({ topic, partition }) => !before.has(partitionKey(topic, partition))),
    taken: owned.filter(({ topic, partition }) => !after.has(partitionKey(topic, partition))),
  }
}
