/** A client of the classic protocol in a group of the consumer protocol: it joins, asks what it got, and beats until it is told to join again. */
import type { JoinEvent } from '../../../src/groups/events.ts'
import { decodeAssignment, encodeSubscription } from '../../../src/protocol/records/member-bytes.ts'
import type { Drive } from '../drive.ts'
import * as classic from '../members.ts'
import type { Partitions } from './members.ts'

export class ClassicMember {
  readonly drive: Drive
  readonly instanceId: string | null
  topics: readonly string[]
  memberId: string
  generation = -1
  held: Partitions = {}

  constructor(
    drive: Drive,
    { memberId = '', instanceId = null as string | null, topics = ['t'] as readonly string[] } = {},
  ) {
    this.drive = drive
    this.memberId = memberId
    this.instanceId = instanceId
    this.topics = topics
  }

  /** Cooperative: it says what it holds, and goes on holding it. */
  ask(given: Partial<JoinEvent> = {}) {
    const { memberId, instanceId, topics } = this
    const ownedPartitions = Object.entries(this.held).map(([topic, partitions]) => ({
      topic,
      partitions,
    }))
    const metadata = encodeSubscription({ topics: [...topics], userData: null, ownedPartitions })
    const protocols = [{ name: 'range', metadata }]
    return classic.join(this.drive, { memberId, instanceId, protocols, ...given })
  }

  join(given: Partial<JoinEvent> = {}): this {
    let { outcome } = this.ask(given)
    this.memberId = outcome.memberId
    if (outcome.error === 'MEMBER_ID_REQUIRED') outcome = this.ask(given).outcome
    if (outcome.error !== 'NONE') throw new Error(outcome.error)
    this.memberId = outcome.memberId
    this.generation = outcome.generation
    return this
  }

  sync(given: Parameters<typeof classic.sync>[3] = {}) {
    const { drive, memberId, generation, instanceId } = this
    const { outcome } = classic.sync(drive, memberId, generation, { instanceId, ...given })
    if (outcome.error === 'NONE') {
      const { assignedPartitions } = decodeAssignment(outcome.assignment)
      this.held = Object.fromEntries(
        assignedPartitions.map(({ topic, partitions }) => [topic, [...partitions]]),
      )
    }
    return outcome
  }

  beat(): string {
    return classic.heartbeat(this.drive, this.memberId, this.generation, this.instanceId)
  }

  /** One round as the client makes it: a heartbeat, and where that says so a join and a sync. */
  round(): this {
    if (this.beat() === 'REBALANCE_IN_PROGRESS') this.join().sync()
    return this
  }
}
