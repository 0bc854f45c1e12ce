/**
 * The metadata quorum as the rest of the broker sees it: committed metadata, changes to it, and the way to whoever decides.
 * It plays raft over `__cluster_metadata-0`, and the controller while this node leads.
 */
import { assert } from '../base/assert.ts'
import { uuidFrom } from '../base/uuid.ts'
import type { Clock } from '../host/clock.ts'
import type { Random } from '../host/random.ts'
import { isCommand } from '../metadata/commands.ts'
import type { MetadataDelta } from '../metadata/delta.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { MetadataRecord } from '../metadata/records.ts'
import { allocateProducerIds } from '../protocol/apis/allocate-producer-ids.ts'
import { describeQuorum } from '../protocol/apis/describe-quorum.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { errorName, KafkaError } from '../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../protocol/schema.ts'
import type { RaftRequest, RaftResponse } from '../raft/messages.ts'
import { isVoter } from '../raft/voters.ts'
import type { Logger } from './logger.ts'
import type { ProducerIdBlock } from './producer-ids.ts'
import { BrokerLifecycle, type Registration } from './quorum/broker-lifecycle.ts'
import { Changes } from './quorum/changes.ts'
import { CommittedMetadata } from './quorum/committed.ts'
import { registerController } from './quorum/controller-registration.ts'
import { ControllerShell, idleIntervalMs } from './quorum/controller-shell.ts'
import { describe } from './quorum/describe.ts'
import { type MetadataLog, noPeers, type Peers, type QuorumFiles } from './quorum/doors.ts'
import { formatted } from './quorum/format.ts'
import { PeerWatch } from './quorum/peer-watch.ts'
import { raftNode } from './quorum/raft-options.ts'
import { RaftShell } from './quorum/raft-shell.ts'
import { recover } from './quorum/recovery.ts'
import { callController, worthRetrying } from './quorum/remote.ts'
import { askPeer } from './quorum/wire.ts'

export interface QuorumOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly log: MetadataLog
  /** Beside the log: quorum-state, snapshots. */
  readonly files: QuorumFiles
  /** The log directory itself: bootstrap.checkpoint. */
  readonly rootFiles: QuorumFiles
  readonly nodeId: number
  readonly clusterId: string
  readonly settings: () => BrokerConfigs
  /** Static voters by id; empty: this node alone. A node that is not among them only follows. */
  readonly voterIds: readonly number[]
  readonly registration: Registration
  readonly peers?: Peers
  /** The node cannot keep its word any more and must stop. */
  readonly onFailure: (cause: Error) => void
}

const forwardTimeoutMs = 30_000
const forwardRetryMs = 50

export class MetadataQuorum {
  readonly #options: QuorumOptions
  readonly #raft: RaftShell
  readonly #metadata: CommittedMetadata
  readonly #lifecycle: BrokerLifecycle
  readonly #bootstrap: readonly MetadataRecord[]
  readonly #peers: Peers
  /** The leader, or what this node may decide, has changed. */
  readonly #changes: Changes
  readonly #peerWatch: PeerWatch
  #controller: ControllerShell | null = null
  #leaderId = -1
  #leaderEpoch = 0

  /** Resolves as soon as this node takes part; alone, it then is the active controller. */
  static async open(options: QuorumOptions): Promise<MetadataQuorum> {
    const quorum = new MetadataQuorum(options)
    quorum.#raft.play({ kind: 'started' })
    const isAlone = options.voterIds.every((id) => id === options.nodeId)
    if (isAlone) await quorum.#changes.until(() => quorum.isActive)
    return quorum
  }

  private constructor(options: QuorumOptions) {
    const { log, files, clock, random, logger, nodeId, clusterId, settings, voterIds } = options
    this.#options = options
    this.#peers = options.peers ?? noPeers
    this.#changes = new Changes(clock)
    this.#bootstrap = formatted(options.rootFiles, clock.now())
    const recovered = recover(log, files)
    this.#metadata = new CommittedMetadata({ clock, log, files, settings }, recovered)
    const { image } = this.#metadata
    this.#peerWatch = new PeerWatch({ nodeId, peers: this.#peers, image })
    this.#raft = new RaftShell({
      node: raftNode(recovered, { nodeId, voterIds, configs: settings(), files, random }),
      log,
      files,
      clock,
      logger,
      ask: (to, request) =>
        askPeer(this.#peers, { to, clusterId, request, timeoutMs: this.#requestTimeoutMs() }),
      onLeader: (leaderId, epoch) => this.#leaderChanged(leaderId, epoch),
      onHighWatermark: (offset) => this.#commit(offset),
      onSnapshot: (id) => this.#metadata.replace(id),
      onFailure: options.onFailure,
    })
    this.#lifecycle = new BrokerLifecycle({
      brokerId: nodeId,
      clusterId,
      registration: options.registration,
      clock,
      logger,
      image: this.image,
      heartbeatIntervalMs: () => settings().get('broker.heartbeat.interval.ms'),
      controller: this.forward,
      caughtUp: (offset) => this.#changes.until(() => this.image.offset > offset),
    })
    this.#metadata.onChange(({ brokers }) => {
      if (brokers.size === 0) return
      this.#lifecycle.brokersChanged()
      this.#peerWatch.look(this.#controller)
    })
  }

  get clusterId(): string {
    return this.#options.clusterId
  }

  /** Committed metadata; always the same object, changed in place. */
  get image(): MetadataImage {
    return this.#metadata.image
  }

  /** −1: nobody, as far as this node knows. */
  get leaderId(): number {
    return this.#leaderId
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  /** This node decides. */
  get isActive(): boolean {
    return this.#controller !== null
  }

  /** Of this broker's registration. */
  get brokerEpoch(): bigint {
    return this.#lifecycle.epoch
  }

  onCommitted(listener: (delta: MetadataDelta) => void): () => void {
    return this.#metadata.onChange(listener)
  }

  /** Registers this broker (and controller), tells when its image is up to date, and resolves when it counts as alive. */
  async join(caughtUp: () => void = () => {}): Promise<void> {
    const { nodeId, registration, random } = this.#options
    if (isVoter(this.#raft.node.voters, nodeId)) {
      const endpoints = registration.controllerEndpoints
      await registerController(this.forward, {
        nodeId,
        incarnationId: uuidFrom(random),
        endpoints,
      })
    }
    await this.#lifecycle.join(caughtUp)
  }

  /** Decides here and answers once that is committed; rejects with NOT_CONTROLLER where another node decides. */
  submit<A extends AnyApi>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    if (this.#controller === null) return Promise.reject(new KafkaError('NOT_CONTROLLER'))
    if (api.key === describeQuorum.key) return this.#describe(request) as never
    assert(isCommand(api), `${api.name} is no command of the controller`)
    return this.#controller.submit(api, request)
  }

  /** Has it decided by the active controller, wherever that is; waits for one for a while. */
  forward = async <A extends AnyApi>(
    api: A,
    request: RequestOf<A>,
    timeoutMs = forwardTimeoutMs,
  ): Promise<ResponseOf<A>> => {
    const { clock, nodeId } = this.#options
    const until = clock.monotonic() + timeoutMs
    for (;;) {
      const left = until - clock.monotonic()
      const to = this.#leaderId
      try {
        if (this.#controller !== null) return await this.submit(api, request)
        if (to >= 0 && to !== nodeId) {
          return await callController(this.#peers, { to, api, request, timeoutMs: left })
        }
      } catch (error) {
        if (!(error instanceof KafkaError) || !worthRetrying.has(error.error)) throw error
      }
      if (left <= 0) {
        throw new KafkaError('REQUEST_TIMED_OUT', 'the metadata quorum has no leader that answers')
      }
      await this.#changes.next(Math.min(left, forwardRetryMs))
    }
  }

  /** A block of ids that nobody else gets. */
  async allocateProducerIds(): Promise<ProducerIdBlock> {
    const asked = { brokerId: this.#options.nodeId, brokerEpoch: this.brokerEpoch }
    const { errorCode, producerIdStart, producerIdLen } = await this.forward(
      allocateProducerIds,
      asked,
    )
    if (errorCode !== 0) throw new KafkaError(errorName(errorCode))
    return { start: producerIdStart, size: producerIdLen }
  }

  /** Another node of the quorum asks. */
  request(request: RaftRequest): Promise<RaftResponse> {
    return this.#raft.request(request)
  }

  /** A node's process is gone: seen by its socket, before any timeout. */
  peerGone(id: number): void {
    this.#peerWatch.noteGone(id)
    this.#raft.play({ kind: 'peer-gone', id })
    this.#peerWatch.look(this.#controller)
  }

  /** Gives its leaderships back, hands the quorum over, stops. */
  async close(): Promise<void> {
    await this.#lifecycle.leave()
    await this.#raft.resign()
    await this.#options.log.flush()
    this.stop()
  }

  /** Stops where it stands. */
  stop(): void {
    this.#lifecycle.stop()
    this.#raft.close()
    this.#stepDown()
  }

  #leaderChanged(leaderId: number, epoch: number): void {
    const what =
      leaderId < 0 ? 'the metadata quorum has no leader' : 'the metadata quorum has a leader'
    this.#options.logger.info({ leaderId, epoch }, what)
    this.#leaderId = leaderId
    this.#leaderEpoch = epoch
    if (leaderId !== this.#options.nodeId) this.#stepDown()
    this.#changes.announce()
  }

  #stepDown(): void {
    this.#controller?.close()
    this.#controller = null
  }

  #commit(offset: bigint): void {
    this.#metadata.advance(offset, (from) => this.#controller?.take(from))
    this.#controller?.committed(offset)
    this.#becomeActive()
    const taken = this.#metadata.takeSnapshot()
    if (taken !== null) {
      this.#raft.play({ kind: 'snapshot-taken', ...taken })
      this.#options.log.advanceLogStartOffset(taken.startOffset)
    }
    this.#changes.announce()
  }

  /** With the first record of its own epoch everything before it is committed: now a leader knows what it decides on. */
  #becomeActive(): void {
    const { node } = this.#raft
    if (this.#controller !== null || node.leading === null) return
    if (this.image.offset <= node.leading.epochStartOffset) return
    const { clock, random, nodeId, clusterId, settings, log } = this.#options
    this.#controller = new ControllerShell({
      clock,
      random,
      settings: { nodeId, clusterId, fixed: settings().fixed },
      committed: this.image,
      epoch: node.epoch,
      idleIntervalMs: idleIntervalMs(settings()),
      append: (batch) => this.#raft.append(batch),
      endOffset: () => log.logEndOffset,
    })
    if (this.image.features.size === 0) this.#controller.bootstrap(this.#bootstrap)
    this.#peerWatch.look(this.#controller)
  }

  async #describe(request: RequestOf<typeof describeQuorum>) {
    const { clock } = this.#options
    const now = { wall: clock.now(), monotonic: clock.monotonic() }
    return describe({ node: this.#raft.node, image: this.image, now }, request)
  }

  #requestTimeoutMs(): number {
    return this.#options.settings().get('controller.quorum.request.timeout.ms')
  }
}
