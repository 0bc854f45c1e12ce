/**
 * The metadata quorum as the rest of the broker sees it: committed metadata, changes to it, and the way to whoever decides.
 * It plays raft over `__cluster_metadata-0`, and the controller while this node leads.
 */
import type { MetadataDelta } from '../metadata/delta.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { MetadataRecord } from '../metadata/records.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../protocol/schema.ts'
import { isForsaken } from '../raft/elect.ts'
import type { RaftRequest, RaftResponse } from '../raft/messages.ts'
import { currentVoters, votersBelow } from '../raft/voter-history.ts'
import { isVoter } from '../raft/voters.ts'
import { BrokerLifecycle, isLeaveAwaited } from './quorum/broker-lifecycle.ts'
import { Changes } from './quorum/changes.ts'
import { CommittedMetadata } from './quorum/committed.ts'
import { registerController } from './quorum/controller-registration.ts'
import { ControllerShell, idleIntervalMs } from './quorum/controller-shell.ts'
import { noPeers, type Peers } from './quorum/doors.ts'
import { Entry } from './quorum/entry.ts'
import { found } from './quorum/found.ts'
import type { QuorumOptions } from './quorum/options.ts'
import { PeerWatch } from './quorum/peer-watch.ts'
import { Places } from './quorum/places.ts'
import { raftNode } from './quorum/raft-options.ts'
import { RaftShell } from './quorum/raft-shell.ts'
import { recover, votersOf } from './quorum/recovery.ts'
import { forwarded } from './quorum/remote.ts'
import { QuorumRequests } from './quorum/requests.ts'
import { Upkeep } from './quorum/upkeep.ts'
import { askPeer } from './quorum/wire.ts'

const forwardTimeoutMs = 30_000
/** How long the active controller waits, at most, for others that have asked for their leave when it has its own. */
const lastLeavesMs = 1000

export class MetadataQuorum {
  readonly #options: QuorumOptions
  readonly #raft: RaftShell
  readonly #metadata: CommittedMetadata
  readonly #entry: Entry
  readonly #lifecycle: BrokerLifecycle
  readonly #bootstrap: readonly MetadataRecord[]
  readonly #peers: Peers
  /** The leader, or what this node may decide, has changed. */
  readonly #changes: Changes
  readonly #peerWatch: PeerWatch
  readonly #requests: QuorumRequests
  readonly #upkeep: Upkeep
  readonly places: Places
  #controller: ControllerShell | null = null
  #leaderId = -1
  #leaderEpoch = 0

  /** Resolves as soon as this node takes part; alone, it then is the active controller. */
  static async open(options: QuorumOptions): Promise<MetadataQuorum> {
    const quorum = new MetadataQuorum(options)
    quorum.#raft.play({ kind: 'started' })
    const { voters, key } = quorum.#raft.node
    const isAlone = voters.length === 1 && isVoter(voters, key)
    if (isAlone) await quorum.#changes.until(() => quorum.isActive)
    return quorum
  }

  private constructor(options: QuorumOptions) {
    this.#options = options
    const { log, files, clock, random, logger, nodeId, clusterId, settings } = options
    const requestTimeoutMs = () => settings().get('controller.quorum.request.timeout.ms')
    this.#peers = options.peers ?? noPeers
    this.#changes = new Changes(clock)
    const { own, bootstrap, configured } = found(options)
    this.#bootstrap = bootstrap
    this.places = new Places(() => this.#raft.node, options.listenerName)
    const recovered = recover(log, files, configured)
    this.#metadata = new CommittedMetadata({ clock, log, files, settings }, recovered)
    const { image } = this.#metadata
    this.#peerWatch = new PeerWatch({ nodeId, peers: this.#peers, image })
    this.#raft = new RaftShell({
      node: raftNode(recovered, {
        nodeId,
        directoryId: own.directoryId,
        bootstrap: (options.bootstrapIds ?? []).filter((id) => id !== nodeId),
        configs: settings(),
        files,
        random,
      }),
      log,
      files,
      clock,
      logger,
      ask: (to, request) =>
        this.#entry.whileAsking(
          askPeer(this.#peers, {
            to,
            clusterId,
            request,
            endpoints: own.endpoints,
            learn: (id, place) => this.places.note(id, place),
            timeoutMs: requestTimeoutMs(),
          }),
        ),
      onLeader: (leaderId, epoch) => this.#leaderChanged(leaderId, epoch),
      onHighWatermark: (offset) => this.#commit(offset),
      onSnapshot: (id) => votersOf(this.#metadata.replace(id), id, configured),
      onFailure: options.onFailure,
    })
    this.#requests = new QuorumRequests({
      clock,
      raft: this.#raft,
      peers: this.#peers,
      clusterId,
      image: this.image,
      requestTimeoutMs,
      places: this.places,
    })
    this.#upkeep = new Upkeep({
      clock,
      logger,
      clusterId,
      node: this.#raft.node,
      own,
      joins: options.isController === true && settings().get('controller.quorum.auto.join.enable'),
      replaces: options.isLocal === true,
      intervalMs: () => settings().get('controller.quorum.fetch.timeout.ms'),
      controller: this.forward,
    })
    this.#entry = new Entry(options, this.forward)
    this.#lifecycle = new BrokerLifecycle({
      brokerId: nodeId,
      clusterId,
      registration: options.registration,
      clock,
      logger,
      image: this.image,
      heartbeatIntervalMs: () => settings().get('broker.heartbeat.interval.ms'),
      controller: this.forward,
      onRefused: (error) => this.#entry.refused(error),
      isForsaken: () => isForsaken(this.#raft.node),
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

  /** Of the log as far as it has come here; 0 where voters are static. */
  get kraftVersion(): number {
    return currentVoters(this.#raft.node).kraftVersion
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
    const { isController, isBroker = true } = this.#options
    const { voters, key } = this.#raft.node
    await this.#entry.within(async (controller) => {
      if (isController ?? isVoter(voters, key)) await registerController(controller, this.#options)
      if (isBroker) await this.#lifecycle.register(controller)
    })
    if (isBroker) await this.#lifecycle.join(caughtUp)
    else caughtUp()
  }

  /** Decides here and answers once that is committed; rejects with NOT_CONTROLLER where another node decides. */
  submit<A extends AnyApi>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    if (this.#controller === null) return Promise.reject(new KafkaError('NOT_CONTROLLER'))
    return this.#requests.submit(this.#controller, api, request)
  }

  /** Has it decided by the active controller, wherever that is; waits for one for a while. */
  forward = async <A extends AnyApi>(
    api: A,
    request: RequestOf<A>,
    timeoutMs = forwardTimeoutMs,
  ): Promise<ResponseOf<A>> => {
    const { clock, nodeId } = this.#options
    const to = () => this.#leaderId
    const submit = () => (this.isActive ? this.submit(api, request) : null)
    const call = { nodeId, clock, peers: this.#peers, changes: this.#changes, to, submit }
    return forwarded(call, { api, request, timeoutMs })
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

  /** Gives this broker's leaderships away, and the quorum's; resolves when the controller lets it go, or has had time enough. */
  async leave(): Promise<void> {
    await this.#lifecycle.leave()
    // Where all are stopped at once, others wait for theirs, and without this node there may be no majority that could grant it.
    const maySay = () => this.isActive && !isForsaken(this.#raft.node)
    const isLast = () => !maySay() || !isLeaveAwaited(this.image, this.#options)
    await this.#changes.until(isLast, lastLeavesMs)
    await this.#raft.resign()
  }

  /** Takes its leave, and stops. */
  async close(): Promise<void> {
    await this.leave()
    await this.#options.log.flush()
    this.stop()
  }

  /** Stops where it stands. */
  stop(): void {
    this.#lifecycle.stop()
    this.#upkeep.close()
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
    const taken = this.#metadata.takeSnapshot((end) => votersBelow(this.#raft.node, end))
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
    const { clock, random, logger, nodeId, clusterId, settings, log } = this.#options
    const { fixed } = settings()
    const host = { clock, random, logger }
    this.#controller = new ControllerShell({
      ...host,
      settings: { nodeId, clusterId, fixed, kraftVersion: () => this.kraftVersion },
      committed: this.image,
      epoch: node.epoch,
      idleIntervalMs: idleIntervalMs(settings()),
      append: (batch) => this.#raft.append(batch),
      endOffset: () => log.logEndOffset,
    })
    if (this.image.features.size === 0) this.#controller.bootstrap(this.#bootstrap)
    this.#peerWatch.look(this.#controller)
  }
}
