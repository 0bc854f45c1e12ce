/** A broker in the simulated world: the real one, whole, over a machine, a disk and a net of the world. */
import { silentLogger } from '../../../src/broker/logger.ts'
import { BrokerNode } from '../../../src/broker/node.ts'
import { SimDisk } from '../disk.ts'
import { SeededRandom } from '../random.ts'
import { ensure } from './history.ts'
import { Machine } from './machine.ts'
import type { SimNet } from './net.ts'
import type { WorldTime } from './time.ts'

export interface BrokerOptions {
  readonly id: number
  readonly voters: readonly number[]
  readonly time: WorldTime
  readonly net: SimNet
  readonly random: SeededRandom
  readonly clockRate: number
  /** log.dirs */
  readonly directories: readonly string[]
}

export const hostOf = (id: number): string => `broker${id}`
const clientPort = 9092
export const bootstrapOf = (ids: readonly number[]) =>
  ids.map((id) => ({ host: hostOf(id), port: clientPort }))
const quorumPort = 9093

export class SimBroker {
  readonly id: number
  readonly machine: Machine
  readonly #options: BrokerOptions
  readonly #seeds: SeededRandom
  disk: SimDisk
  node: BrokerNode | null = null
  /** It has joined the cluster and answers clients. */
  isReady = false
  /** How long a sync takes, at most. */
  syncMsMax = 1
  /** Its own code gave up: what it said. */
  failure: unknown = null
  /** It was asked to stop, and has not stopped yet. */
  isStopping = false
  #isRetired = false

  constructor(options: BrokerOptions) {
    this.id = options.id
    this.#options = options
    this.machine = new Machine(hostOf(options.id), options.time, options.clockRate)
    this.#seeds = new SeededRandom(options.random.below(2 ** 31))
    this.disk = this.#diskOver(new SimDisk())
  }

  get isVoter(): boolean {
    return this.#options.voters.includes(this.id)
  }

  get isUp(): boolean {
    return this.node !== null
  }

  start(): void {
    if (this.node !== null || this.failure !== null || this.#isRetired) return
    this.machine.begin()
    this.machine.turns++
    const { life } = this.machine
    const host = {
      clock: this.machine,
      random: new SeededRandom(this.#seeds.below(2 ** 31)),
      disk: this.disk,
      net: this.#options.net.of(this.machine),
    }
    const fail = (error: unknown) => {
      if (!life.dead) this.failure = error
    }
    BrokerNode.open({ host, logger: silentLogger, properties: this.#properties() }).then((node) => {
      if (life.dead) return
      this.node = node
      node.failed.then(fail)
      node.start().then(() => {
        this.isReady = !life.dead
      }, fail)
    }, fail)
  }

  /** kill -9: all that was written is there. */
  kill(): void {
    this.#end()
    this.disk = this.#diskOver(this.disk.afterKill())
  }

  /** The power fails: what was not synced may be gone. */
  cutPower(): void {
    this.#end()
    this.disk = this.#diskOver(this.disk.afterPowerCut(this.#seeds))
  }

  /** It comes back with a new disk. Who votes cannot: its votes would be forgotten with it. */
  loseDisk(): void {
    ensure(!this.isVoter, 'a voter keeps its disk')
    this.#end()
    this.disk = this.#diskOver(new SimDisk())
  }

  /** In an orderly way; calls back when it is over. */
  stop(done: () => void): void {
    const { node, machine } = this
    const { life } = machine
    if (node === null) return done()
    machine.turns++
    this.isStopping = true
    node.close().then(
      () => {
        if (life.dead) return
        this.kill()
        done()
      },
      (error) => {
        if (!life.dead) this.failure = error
      },
    )
  }

  /** It goes, and never comes back. */
  retire(): void {
    this.#isRetired = true
    this.#end()
  }

  #end(): void {
    this.machine.end()
    this.#options.net.ended(this.machine)
    this.node = null
    this.isReady = false
    this.isStopping = false
  }

  #diskOver(disk: SimDisk): SimDisk {
    const { machine } = this
    disk.syncing = () =>
      new Promise((resolve) => machine.after(this.#seeds.number() * this.syncMsMax, resolve))
    return disk
  }

  #properties(): Map<string, string> {
    const { id, voters, directories } = this.#options
    const { isVoter } = this
    const own = hostOf(id)
    const listeners = [`PLAINTEXT://${own}:${clientPort}`]
    if (isVoter) listeners.push(`CONTROLLER://${own}:${quorumPort}`)
    return new Map(
      Object.entries({
        'process.roles': isVoter ? 'broker,controller' : 'broker',
        'node.id': String(id),
        'log.dirs': directories.join(','),
        'jackdaw.cluster.id': 'AAAAAAAAAAAAAAAAAAAAAQ',
        'controller.quorum.voters': voters.map((v) => `${v}@${hostOf(v)}:${quorumPort}`).join(','),
        'controller.listener.names': 'CONTROLLER',
        'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
        listeners: listeners.join(','),
        'inter.broker.listener.name': 'PLAINTEXT',
        'controller.quorum.election.timeout.ms': '500',
        'controller.quorum.election.backoff.max.ms': '100',
        'controller.quorum.fetch.timeout.ms': '1500',
        'broker.heartbeat.interval.ms': '500',
        'broker.session.timeout.ms': '3000',
        'replica.lag.time.max.ms': '4000',
        'auto.create.topics.enable': 'false',
        'leader.imbalance.check.interval.seconds': '5',
        'offsets.topic.replication.factor': '3',
        'offsets.topic.num.partitions': '2',
        'group.initial.rebalance.delay.ms': '100',
        'group.min.session.timeout.ms': '1000',
        'group.consumer.min.session.timeout.ms': '1000',
        'group.consumer.session.timeout.ms': '3000',
        'group.consumer.min.heartbeat.interval.ms': '100',
        'group.consumer.heartbeat.interval.ms': '500',
        'transaction.state.log.num.partitions': '2',
        'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
        'metadata.log.max.record.bytes.between.snapshots': '3000',
      }),
    )
  }
}
