/**
 * Somebody who changes the cluster while all goes wrong in it: brokers come and leave for good, partitions move, topics are deleted and
 * made again, configurations change, leaders are elected. What was answered with success must hold in the end; what began must end.
 */
import { movePartitions } from '../../../src/client/admin/cluster.ts'
import { electLeaders } from '../../../src/client/admin/elect-leaders.ts'
import { alterReplicaLogDirs } from '../../../src/client/admin/log-dirs.ts'
import { configsOf } from '../../../src/metadata/image.ts'
import type { MetadataRecord } from '../../../src/metadata/records.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'
import type { SimBroker } from './broker.ts'
import { loose, partitions, passing, topic } from './topics.ts'
import type { ClusterWorld } from './world.ts'

export const acts = [
  'move a partition',
  'end a move',
  'elect leaders',
  'make or delete a topic',
  'change min.insync.replicas',
  'change how a log rolls',
  'change when a log is flushed',
  'allow or forbid unclean elections',
  'add a broker',
  'remove a broker',
] as const
/** Where brokers have several directories. */
const directoryAct = 'move to another directory'
export type Act = (typeof acts)[number] | typeof directoryAct

/** What the metadata say, as `factOf` has it. */
export type Fact = string

const everyMs = 700
const timeoutMs = 15_000
const replicationFactor = 3
const brokersMax = 5
const uncleanElections = 'unclean.leader.election.enable'

export class Operator {
  readonly #world: ClusterWorld
  readonly happened = new Map<Act, number>()
  /** What was answered with success: facts that the committed metadata must hold. */
  readonly told: Fact[] = []
  /** Its id, if it is known to be there; null if nobody knows. */
  #passing: { id: string | null } | null = null
  /** Whether one replica in sync may ever have been enough for an acknowledgement. */
  #isLenient = false
  #isChanging = false
  #count = 0
  #removing: SimBroker | null = null
  readonly #removed = new Set<number>()
  #isOver = false
  #running = 0

  constructor(world: ClusterWorld) {
    this.#world = world
  }

  /** An acknowledged record lies on two replicas at least, and a leader that lost records is not the last one eligible. */
  get mayLoseOne(): boolean {
    return !this.#isLenient && !this.#isChanging
  }

  /** Who is eligible is about to be forgotten. */
  get isChangingMinInSync(): boolean {
    return this.#isChanging
  }

  begin(): void {
    this.#next()
  }

  end(): void {
    this.#isOver = true
  }

  /** Where the one that was in sync last lost its disk nobody leads until somebody asks for whoever is there. */
  rescue(): void {
    const { admin, machine } = this.#world.client
    const lost = this.#lost()
    if (lost.length > 0) electLeaders(admin.cluster, 'UNCLEAN', lost, { timeoutMs }).catch(() => {})
    machine.after(everyMs, () => this.rescue())
  }

  #lost(): { topic: string; partition: number }[] {
    const image = this.#world.brokers.find(({ isReady }) => isReady)?.node?.image
    return [passing, loose].flatMap((topic) =>
      [...(image?.topicsByName.get(topic)?.partitions.entries() ?? [])].flatMap(([partition, p]) =>
        p.leader < 0 && p.elr.length + p.lastKnownElr.length === 0 ? [{ topic, partition }] : [],
      ),
    )
  }

  /** What has not ended yet, or is not everywhere as the metadata have it; null if nothing. */
  get pending(): string | null {
    if (this.#running > 0) return `${this.#running} requests are not answered`
    for (const broker of this.#world.brokers) {
      const what = this.#differs(broker)
      if (what !== null) return `broker ${broker.id}: ${what}`
    }
    return null
  }

  #next(): void {
    const { client, random } = this.#world
    client.machine.after(random.number() * 2 * everyMs, () => {
      if (this.#isOver) return
      this.#begin(random.pick(this.#acts()))
      void client.scribble(random.chance(0.5) ? passing : loose)
      this.#next()
    })
  }

  #acts(): readonly Act[] {
    const hasPlaces = this.#world.directories.length > 1
    return hasPlaces ? [...acts, ...Array.from({ length: 5 }, (): Act => directoryAct)] : acts
  }

  #begin(act: Act): void {
    this.happened.set(act, (this.happened.get(act) ?? 0) + 1)
    this.#running++
    const over = () => {
      this.#running--
    }
    // Whatever is refused, or not answered in time, may have happened or not.
    this.#do(act).then(over, over)
  }

  async #do(act: Act): Promise<void> {
    const { random, client } = this.#world
    const { cluster } = client.admin
    switch (act) {
      case 'move a partition':
        return this.#move(random.below(partitions), this.#some())
      case 'end a move':
        return this.#move(random.below(partitions), null)
      case 'elect leaders':
        await electLeaders(cluster, 'PREFERRED', null, { timeoutMs })
        return
      case 'make or delete a topic':
        return this.#makeOrDelete()
      case 'change min.insync.replicas':
        return this.#changeMinInSync(random.pick(['1', '2', '3']))
      case 'change how a log rolls':
        return this.#configure(topic, 'segment.ms', String(300 + this.#count++))
      case 'change when a log is flushed':
        return this.#configure(topic, 'flush.messages', random.pick(['1', '1000']))
      case 'allow or forbid unclean elections':
        return this.#configure(loose, uncleanElections, random.pick(['true', 'false']))
      case 'add a broker':
        if (this.#world.brokers.length < brokersMax) this.#world.addBroker().start()
        return
      case 'remove a broker':
        return this.#remove()
      case 'move to another directory':
        return this.#moveToDirectory()
    }
  }

  async #move(partition: number, replicas: readonly number[] | null): Promise<void> {
    await movePartitions(this.#world.client.admin.cluster, [{ topic, partition, replicas }], {
      timeoutMs,
    })
  }

  /** Wherever it lies, and whether it is there or not. */
  async #moveToDirectory(): Promise<void> {
    const { client, brokers, random, directories } = this.#world
    const brokerId = random.pick(brokers).id
    const path = random.pick(directories)
    const move = { topic, partition: random.below(partitions), brokerId, path }
    await alterReplicaLogDirs(client.admin.cluster, [move], { timeoutMs })
  }

  /** Brokers that stay, in any order. */
  #some(): number[] {
    const { brokers, random } = this.#world
    const left = brokers.filter((each) => each !== this.#removing).map(({ id }) => id)
    const picked: number[] = []
    while (picked.length < replicationFactor) {
      picked.push(...left.splice(random.below(left.length), 1))
    }
    return picked
  }

  async #makeOrDelete(): Promise<void> {
    const { admin } = this.#world.client
    const was = this.#passing
    this.#passing = { id: null }
    if (was === null) {
      const wanted = { name: passing, partitions: 2, replicationFactor }
      const made = (await admin.createTopics([wanted], { timeoutMs })).get(passing)!
      if (!made.ok) return
      this.#passing = { id: made.value.topicId }
      this.told.push(`topic ${made.value.topicId}`)
    } else {
      const gone = (await admin.deleteTopics([passing], { timeoutMs })).get(passing)!
      if (gone.ok && was.id !== null) this.told.push(`removed topic ${was.id}`)
      if (gone.ok || gone.error.error === 'UNKNOWN_TOPIC_OR_PARTITION') this.#passing = null
    }
  }

  /** Asked for while all are in sync; what a change does where nobody is (KIP-966), `test/metadata/configs.test.ts` says. */
  async #changeMinInSync(value: string): Promise<void> {
    if (this.#isChanging || this.#world.trouble.isAtRisk || !this.#world.inSync()) return
    this.#isChanging = true
    // One that was sent again may come late, and undo a later one.
    if (value === '1') this.#isLenient = true
    await this.#configure(topic, 'min.insync.replicas', value).finally(() => {
      this.#isChanging = false
    })
  }

  async #configure(name: string, config: string, value: string): Promise<void> {
    const resource = { type: 'topic', name } as const
    const change = { operation: 'set', name: config, value } as const
    const results = await this.#world.client.admin.incrementalAlterConfigs(
      new Map([[resource, [change]]]),
      { timeoutMs },
    )
    if (results.get(resource)!.ok) this.told.push(`${name} has ${config}=${value}`)
  }

  /** Its partitions go to others; then it stops for good, and the cluster forgets it. */
  async #remove(): Promise<void> {
    const { brokers, random, client } = this.#world
    const leaving = brokers.filter(({ isVoter, isReady }) => !isVoter && isReady)
    if (this.#removing !== null || leaving.length === 0 || brokers.length <= replicationFactor)
      return
    const broker = random.pick(leaving)
    this.#removing = broker
    await this.#empty(broker.id)
    await this.#world.retire(broker)
    for (;;) {
      try {
        await client.admin.unregisterBroker(broker.id, { timeoutMs })
        break
      } catch (error) {
        // One that was sent before has done it.
        if (error instanceof KafkaError && error.error === 'BROKER_ID_NOT_REGISTERED') break
        await this.#pause(300)
      }
    }
    // A topic that was made meanwhile may have been given to it.
    await this.#empty(broker.id)
    this.#removed.add(broker.id)
    this.told.push(`removed broker ${broker.id}`)
    this.#removing = null
  }

  async #empty(id: number): Promise<void> {
    while (!this.#isEmpty(id)) {
      await this.#moveAway(id).catch(() => {})
      await this.#pause(300)
    }
  }

  /** As the active controller has it: nothing of it lies there, or is about to. */
  #isEmpty(id: number): boolean {
    const { brokers } = this.#world
    const [active] = brokers
      .flatMap(({ node, isReady }) => (isReady && node!.quorum.isActive ? [node!] : []))
      // One of an earlier epoch does not know yet that it is none.
      .sort((a, b) => b.quorum.leaderEpoch - a.quorum.leaderEpoch)
    if (active === undefined) return false
    return [...active.image.topicsByName.values()].every(({ partitions }) =>
      partitions.every(({ replicas }) => !replicas.includes(id)),
    )
  }

  /** Away from the broker that leaves, whatever lies there. */
  async #moveAway(id: number): Promise<void> {
    const { client, brokers } = this.#world
    const image = brokers.find(({ isReady }) => isReady)?.node?.image
    const moves = [...(image?.topicsByName.values() ?? [])].flatMap(({ name, partitions }) =>
      partitions.flatMap(({ replicas, removingReplicas }, partition) =>
        replicas.includes(id) && !removingReplicas.includes(id)
          ? [{ topic: name, partition, replicas: this.#some() }]
          : [],
      ),
    )
    await movePartitions(client.admin.cluster, moves, { timeoutMs })
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.client.machine.after(ms, resolve))
  }

  /** Null: as it should be. */
  #differs({ id, node, isReady }: SimBroker): string | null {
    if (!isReady) return 'does not answer'
    const { image, replicas, logs } = node!
    for (const gone of this.#removed) if (image.brokers.has(gone)) return `knows broker ${gone}`
    const wanted = new Set<string>()
    for (const { name, id: topicId, partitions } of image.topicsByName.values()) {
      for (const [index, each] of partitions.entries()) {
        if (each.isr.length !== each.replicas.length) return `${name}-${index} is not in sync`
        if (each.leader !== each.replicas[0]) return `${name}-${index} is not led as preferred`
        if (each.addingReplicas.length + each.removingReplicas.length > 0)
          return `${name}-${index} still moves`
        if (!each.replicas.includes(id)) continue
        wanted.add(`${name}-${index}`)
        const hosted = replicas.get(name, index)
        if (hosted?.log.topicId !== topicId) return `${name}-${index} is not here`
        if (hosted.move !== null) return `${name}-${index} still moves to another directory`
        if (each.directories[each.replicas.indexOf(id)] !== logs.directoryIdOf(hosted.log))
          return `${name}-${index} lies elsewhere than the metadata have it`
        const minInSync = Number(configsOf(image, 'topic', name).get('min.insync.replicas') ?? 1)
        if (hosted.state.minInSync !== Math.min(minInSync, each.replicas.length))
          return `${name}-${index} acts on another min.insync.replicas`
      }
    }
    for (const { name } of logs.all()) if (!wanted.has(name)) return `${name} is still here`
    for (const { name } of logs.futures.all()) return `a copy of ${name} is still here`
    return null
  }
}

export function factOf(record: MetadataRecord): Fact | null {
  switch (record.kind) {
    case 'topic':
      return `topic ${record.value.topicId}`
    case 'removeTopic':
      return `removed topic ${record.value.topicId}`
    case 'unregisterBroker':
      return `removed broker ${record.value.brokerId}`
    case 'config':
      return `${record.value.resourceName} has ${record.value.name}=${record.value.value}`
    default:
      return null
  }
}
