/** The groups of a scripted cluster: the broker's own handlers and the coordinator's core, without a log under them. */
import type { Broker } from '../../../src/broker/broker.ts'
import type { Handler } from '../../../src/broker/handler.ts'
import consumerGroupHeartbeat from '../../../src/broker/handlers/consumer-group-heartbeat.ts'
import heartbeat from '../../../src/broker/handlers/heartbeat.ts'
import joinGroup from '../../../src/broker/handlers/join-group.ts'
import leaveGroup from '../../../src/broker/handlers/leave-group.ts'
import offsetCommit from '../../../src/broker/handlers/offset-commit.ts'
import offsetFetch from '../../../src/broker/handlers/offset-fetch.ts'
import syncGroup from '../../../src/broker/handlers/sync-group.ts'
import type { AskedEvent, GroupEvent, OutcomeOf } from '../../../src/groups/events.ts'
import { type Group, newGroup } from '../../../src/groups/group.ts'
import { step } from '../../../src/groups/step.ts'
import { topicHash } from '../../../src/groups/topic-hash.ts'
import type { Topic, World } from '../../../src/groups/world.ts'
import type { Cancel } from '../../../src/host/clock.ts'
import { defaults } from '../../groups/drive.ts'
import type { ScriptedCluster } from './scripted-cluster.ts'

const served: readonly Handler[] = [
  ...[joinGroup, syncGroup, heartbeat, leaveGroup, consumerGroupHeartbeat],
  ...[offsetCommit, offsetFetch],
]

export class ScriptedGroups {
  readonly groups = new Map<string, Group>()
  /** Asked at every request, when it has been dealt with: shall its answer be lost? */
  isLost: (api: string, request: unknown) => boolean = () => false
  /** Asked before: shall nobody ever answer? */
  isSilent: (api: string) => boolean = () => false
  readonly #cluster: ScriptedCluster
  readonly #timers = new Map<string, Cancel>()
  readonly #asks = new Map<number, (outcome: never) => void>()
  #lastAsk = 0
  #ids = 0

  constructor(cluster: ScriptedCluster) {
    this.#cluster = cluster
    const groups = {
      ask: <E extends AskedEvent>(id: string, event: E) => this.ask(id, event),
      memberId: () => `made-${++this.#ids}`,
      memberUuid: () => `${++this.#ids}`,
    }
    const broker = { groups } as unknown as Broker
    for (const { api, handle } of served) {
      cluster.brokers.get(cluster.coordinator)!.on(api, async (request, call) => {
        if (this.isSilent(api.name)) return new Promise(() => {})
        const asked = { apiVersion: call.version, clientId: call.clientId, clientHost: '127.0.0.1' }
        const answer = await handle(broker, request, asked as never)
        if (!this.isLost(api.name, request)) return answer
        call.drop()
        return null
      })
    }
  }

  ask<E extends AskedEvent>(groupId: string, event: E): Promise<OutcomeOf<E>> {
    return new Promise((resolve) => {
      const ask = ++this.#lastAsk
      this.#asks.set(ask, resolve as (outcome: never) => void)
      this.#play(groupId, { ...event, ask } as GroupEvent)
    })
  }

  committed(groupId: string, topic: string): Map<number, bigint> {
    const partitions = this.groups.get(groupId)?.offsets.get(topic) ?? new Map()
    return new Map([...partitions].map(([partition, { offset }]) => [partition, offset]))
  }

  #play(groupId: string, event: GroupEvent): void {
    const group = this.groups.get(groupId) ?? newGroup(groupId)
    this.groups.set(groupId, group)
    for (const effect of step(group, event, this.#world())) {
      switch (effect.kind) {
        case 'reply':
          this.#asks.get(effect.ask)!(effect.outcome as never)
          this.#asks.delete(effect.ask)
          break
        case 'arm':
          this.#arm(groupId, effect)
          break
        case 'disarm':
          this.#timers.get(`${groupId} ${effect.timer}`)?.()
          this.#timers.delete(`${groupId} ${effect.timer}`)
      }
    }
  }

  #arm(
    groupId: string,
    { timer, at, onlyIfIdle }: { timer: string; at: number; onlyIfIdle?: boolean },
  ): void {
    const { clock } = this.#cluster
    const key = `${groupId} ${timer}`
    if (onlyIfIdle && this.#timers.has(key)) return
    this.#timers.get(key)?.()
    const fire = () => {
      this.#timers.delete(key)
      this.#play(groupId, { kind: 'timeout', timer })
    }
    this.#timers.set(key, clock.schedule(at - clock.now(), fire))
  }

  #world(): World {
    const topics = new Map<string, Topic>()
    for (const [name, { id, partitions }] of this.#cluster.topics) {
      const racks = partitions.map(() => [])
      const hash = topicHash({ id, name, racks })
      topics.set(name, { id, name, partitionCount: partitions.length, hash })
    }
    const all = [...topics.values()]
    return {
      now: this.#cluster.clock.now(),
      config: {
        ...defaults,
        groupMinSessionTimeoutMs: 1000,
        consumer: () => ({
          sessionTimeoutMs: 6000,
          heartbeatIntervalMs: 500,
          assignmentIntervalMs: 0,
        }),
      },
      topics: {
        byName: (name) => topics.get(name),
        byId: (wanted) => all.find(({ id }) => id === wanted),
        names: () => topics.keys(),
        version: all.reduce((sum, { partitionCount }) => sum + 1 + partitionCount, 0),
        offset: 1n,
      },
    }
  }
}
