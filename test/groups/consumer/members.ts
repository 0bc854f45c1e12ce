/** What clients of the consumer protocol send, and members that behave as they do. */
import type { ConsumerHeartbeatEvent } from '../../../src/groups/events.ts'
import type { Drive } from '../drive.ts'
import { topicId } from '../drive.ts'

export type Partitions = Record<string, number[]>

export const partitions = (named: Partitions) =>
  new Map(Object.entries(named).map(([name, list]) => [topicId(name), new Set(list)]))

export function heartbeatEvent(given: Partial<ConsumerHeartbeatEvent>): ConsumerHeartbeatEvent {
  return {
    kind: 'consumer-heartbeat',
    apiVersion: 1,
    client: { clientId: 'c', clientHost: '/127.0.0.1' },
    memberId: 'm',
    memberEpoch: 0,
    instanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    topicNames: null,
    regex: null,
    serverAssignor: null,
    reported: null,
    uuid: 'made-by-the-server',
    ...given,
  }
}

export const heartbeat = (drive: Drive, given: Partial<ConsumerHeartbeatEvent>) =>
  drive.ask(heartbeatEvent(given)).outcome

export const joinEvent = (given: Partial<ConsumerHeartbeatEvent> = {}) => ({
  memberEpoch: 0,
  rebalanceTimeoutMs: 60_000,
  topicNames: ['t'],
  reported: new Map(),
  ...given,
})

export const join = (drive: Drive, memberId: string, given: Partial<ConsumerHeartbeatEvent> = {}) =>
  heartbeat(drive, { memberId, ...joinEvent(given) })

export const describe = (drive: Drive) => drive.ask({ kind: 'describe-consumer' }).outcome

export function held(outcome: {
  assignment: readonly { topicId: string; partitions: readonly number[] }[] | null
}) {
  if (outcome.assignment === null) return null
  return Object.fromEntries(
    outcome.assignment.map(({ topicId: id, partitions: list }) => [
      Buffer.from(id, 'base64url').toString().replace(/\.+$/, ''),
      [...list],
    ]),
  )
}

/** A client that does what it is told: gives back at once, and reports what it holds when that has changed. */
export class Client {
  readonly drive: Drive
  readonly memberId: string
  epoch = 0
  held: Partitions = {}
  #changed = true

  constructor(drive: Drive, memberId: string) {
    this.drive = drive
    this.memberId = memberId
  }

  join(given: Partial<ConsumerHeartbeatEvent> = {}): this {
    this.#take(join(this.drive, this.memberId, given))
    return this
  }

  beat(given: Partial<ConsumerHeartbeatEvent> = {}): this {
    const reported = this.#changed ? partitions(this.held) : null
    this.#changed = false
    const { memberId, epoch: memberEpoch } = this
    this.#take(heartbeat(this.drive, { memberId, memberEpoch, reported, ...given }))
    return this
  }

  leave(memberEpoch = -1): this {
    heartbeat(this.drive, { memberId: this.memberId, memberEpoch })
    return this
  }

  #take(outcome: ReturnType<typeof heartbeat>): void {
    if (outcome.error !== 'NONE') throw new Error(`${outcome.error}: ${outcome.message}`)
    this.epoch = outcome.memberEpoch
    const assigned = held(outcome)
    if (assigned === null) return
    this.held = assigned
    this.#changed = true
  }
}

/** Rounds of heartbeats until the group is stable. */
export function settle(drive: Drive, ...clients: Client[]): number {
  for (let round = 1; round <= 10; round++) {
    for (const client of clients) client.beat()
    if (describe(drive).state === 'Stable') return round
  }
  throw new Error('the group does not settle')
}
