/**
 * A member by the protocol of KIP-848: it says what it wants and what it owns, the coordinator says what it shall own.
 *
 *   epoch 0 ──joined──▶ stable ⇄ reconciling (gives back, then takes over, then says so)
 *      ▲                   │
 *      └────── fenced ─────┘
 */
import { uuidFrom } from '../../base/uuid.ts'
import { consumerGroupHeartbeat } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/schema.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone } from '../result.ts'
import { byTopic, type TopicPartition } from '../topic-partition.ts'
import { difference } from './classic-member.ts'
import type { CommitIdentity } from './commit.ts'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { GroupHost, Membership } from './group.ts'
import { Heartbeats } from './heartbeats.ts'
import type { ConsumerSettings } from './settings.ts'

const joinEpoch = 0
const leaveEpoch = -1
const protocolUnsupported = () =>
  new KafkaError(
    'UNSUPPORTED_VERSION',
    'The cluster does not support the new CONSUMER group protocol. Set group.protocol=classic on the consumer configs to revert to the CLASSIC protocol until the cluster is upgraded.',
  )

/** A static member that means to come back (KIP-345). */
const leaveForNowEpoch = -2

const fenced: readonly ErrorName[] = ['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID']

type Answer = ResponseOf<typeof consumerGroupHeartbeat>
type Target = NonNullable<Answer['assignment']>['topicPartitions']

export class ConsumerMember implements Membership {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #groupId: string
  readonly #link: CoordinatorLink
  readonly #host: GroupHost
  readonly #heartbeats: Heartbeats
  readonly #clientMemberId: string
  #memberId = ''
  #epoch = joinEpoch
  #intervalMs = 0
  /** What the coordinator gives us, while it is not yet what we own. */
  #target: Target | null = null
  #isLost = false
  #hasBegun = false
  #failure: KafkaError | null = null
  #polledAt: number
  #sentTopics = ''
  #sentOwned = ''
  /** What was heard may have been lost: whoever says everything is told everything. */
  #mustTellAll = true
  #isPollLate = false
  #isLeaving = false

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings & { groupId: string },
    group: { link: CoordinatorLink; host: GroupHost },
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.#groupId = settings.groupId
    this.#link = group.link
    this.#host = group.host
    this.#clientMemberId = uuidFrom(cluster.settings.host.random)
    this.#polledAt = this.#now()
    this.#heartbeats = new Heartbeats(cluster.settings.host.clock, () => this.#beat())
  }

  get needsWork(): boolean {
    return !this.#hasBegun || this.#target !== null || this.#isLost || this.#failure !== null
  }

  polled(): void {
    this.#polledAt = this.#now()
    if (!this.#isPollLate) return
    this.#isPollLate = false
    this.#isLost = true
  }

  topicsChanged(): void {
    if (this.#hasBegun && this.#topicsText() !== this.#sentTopics) this.#heartbeats.start(0)
  }

  identity(): CommitIdentity {
    const { groupInstanceId } = this.#settings
    return {
      groupId: this.#groupId,
      memberId: this.#memberId,
      generation: this.#epoch,
      groupInstanceId,
    }
  }

  async work(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    if (this.#isLost) {
      this.#isLost = false
      this.#target = null
      const owned = this.#host.owned()
      if (owned.length > 0) await this.#host.lose(owned)
      this.#heartbeats.start(0)
    }
    if (!this.#hasBegun) {
      this.#hasBegun = true
      this.#heartbeats.start(0)
    }
    if (this.#target !== null) await this.#reconcile(this.#target)
  }

  async leave(): Promise<void> {
    this.#isLeaving = true
    this.#heartbeats.stop()
    if (!this.#hasBegun || this.#epoch < 0) return
    await this.#sayGoodbye()
  }

  /** Gives back first, then takes over, then tells. */
  async #reconcile(target: Target): Promise<void> {
    const assigned = await this.#named(target)
    if (assigned === null) return
    const { given, taken } = difference(this.#host.owned(), assigned)
    if (taken.length > 0) {
      await this.#host.commitProcessed()
      await this.#host.revoke(taken)
    }
    if (given.length > 0) await this.#host.assign(given)
    if (this.#target === target) this.#target = null
    if (given.length + taken.length > 0 && !this.#isLeaving) this.#heartbeats.start(0)
  }

  /** Topics go by their ids; null while the metadata do not know one of them. */
  async #named(target: Target): Promise<TopicPartition[] | null> {
    const { cache } = this.#cluster
    const areKnown = () => target.every(({ topicId }) => cache.nameOf(topicId) !== null)
    if (!areKnown()) {
      try {
        await this.#cluster.refresh()
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
      }
      if (!areKnown()) {
        await new Promise<void>((resolve) => {
          const { clock } = this.#cluster.settings.host
          clock.schedule(this.#cluster.settings.retryBackoffMs, resolve, { keepAlive: true })
        })
        return null
      }
    }
    return target.flatMap(({ topicId, partitions }) =>
      partitions.map((partition) => ({ topic: cache.nameOf(topicId)!, partition })),
    )
  }

  async #beat(): Promise<number> {
    if (this.#now() - this.#polledAt > this.#settings.maxPollIntervalMs) return this.#leaveForLate()
    try {
      const connection = await this.#link.connection()
      const answer = await this.#send(connection)
      ensureNone(answer.errorCode, answer.errorMessage)
      this.#take(answer)
      return this.#intervalMs
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      return this.#recover(error)
    }
  }

  async #send(connection: Connection): Promise<Answer> {
    const version = connection.version(consumerGroupHeartbeat)
    if (version === null) throw new KafkaError('UNSUPPORTED_VERSION')
    // Until version 1 the coordinator makes the id (KIP-1082).
    if (this.#memberId === '' && version >= 1) this.#memberId = this.#clientMemberId
    const isJoining = this.#epoch === joinEpoch
    const topics = this.#topicsText()
    const owned = isJoining ? [] : this.#ownedById()
    const ownedText = JSON.stringify(owned)
    const tellsAll = isJoining || this.#mustTellAll
    const { clientRack, maxPollIntervalMs, groupRemoteAssignor } = this.#settings
    const answer = await connection.call(consumerGroupHeartbeat, {
      groupId: this.#groupId,
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      instanceId: this.#settings.groupInstanceId,
      rackId: tellsAll && clientRack !== '' ? clientRack : null,
      rebalanceTimeoutMs: tellsAll ? maxPollIntervalMs : -1,
      subscribedTopicNames: tellsAll || topics !== this.#sentTopics ? JSON.parse(topics) : null,
      serverAssignor: tellsAll ? groupRemoteAssignor : null,
      topicPartitions: tellsAll || ownedText !== this.#sentOwned ? owned : null,
    })
    this.#mustTellAll = false
    this.#sentTopics = topics
    this.#sentOwned = ownedText
    return answer
  }

  #take(answer: Answer): void {
    this.#memberId = answer.memberId ?? this.#memberId
    this.#epoch = answer.memberEpoch
    this.#intervalMs = answer.heartbeatIntervalMs
    if (answer.assignment === null) return
    this.#target = answer.assignment.topicPartitions
    this.#host.wake()
  }

  #recover(error: KafkaError): number {
    const { retryBackoffMs } = this.#cluster.settings
    // What was sent may not have arrived, and neither may the answer: the next heartbeat says everything.
    this.#mustTellAll = true
    if (this.#link.note(error) || error.fate !== 'final') return retryBackoffMs
    if (fenced.includes(error.error)) {
      this.#epoch = joinEpoch
      this.#isLost = true
      this.#heartbeats.stop()
    } else this.#failure = error.error === 'UNSUPPORTED_VERSION' ? protocolUnsupported() : error
    this.#host.wake()
    return Math.max(this.#intervalMs, retryBackoffMs)
  }

  async #leaveForLate(): Promise<number> {
    this.#heartbeats.stop()
    this.#isPollLate = true
    await this.#sayGoodbye()
    this.#epoch = joinEpoch
    return this.#intervalMs
  }

  async #sayGoodbye(): Promise<void> {
    const isStatic = this.#settings.groupInstanceId !== null
    try {
      const connection = await this.#link.connection()
      await connection.call(consumerGroupHeartbeat, {
        groupId: this.#groupId,
        memberId: this.#memberId,
        memberEpoch: isStatic ? leaveForNowEpoch : leaveEpoch,
        instanceId: this.#settings.groupInstanceId,
      })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
    }
  }

  #ownedById() {
    return [...byTopic(this.#host.owned())].map(([name, list]) => ({
      topicId: this.#cluster.cache.topics.get(name)!.topicId,
      partitions: list.map(({ partition }) => partition),
    }))
  }

  #topicsText(): string {
    return JSON.stringify([...this.#host.topics()].sort())
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}
