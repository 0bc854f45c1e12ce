/**
 * The metadata quorum as the rest of the broker sees it: committed metadata, changes to it, and the way to whoever decides.
 * It plays raft over `__cluster_metadata-0`, and the controller while this node leads.
 */
import { assert } from '../base/assert.ts'
import { uuidFrom, zeroUuid } from '../base/uuid.ts'
import type { Cancel, Clock } from '../host/clock.ts'
import type { Random } from '../host/random.ts'
import { initialRecords } from '../metadata/bootstrap.ts'
import { isCommand } from '../metadata/commands.ts'
import { emptyDelta, type MetadataDelta } from '../metadata/delta.ts'
import { supportedFeatures } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { allocateProducerIds } from '../protocol/apis/allocate-producer-ids.ts'
import { controllerRegistration } from '../protocol/apis/controller-registration.ts'
import { describeQuorum } from '../protocol/apis/describe-quorum.ts'
import type { BrokerConfigs } from '../protocol/configs/effective.ts'
import { errorName, KafkaError } from '../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../protocol/schema.ts'
import type { RaftRequest, RaftResponse } from '../raft/messages.ts'
import { newNode } from '../raft/raft.ts'
import type { Logger } from './logger.ts'
import type { ProducerIdBlock } from './producer-ids.ts'
import { readBatches } from './quorum/batches.ts'
import { BrokerLifecycle, type Registration } from './quorum/broker-lifecycle.ts'
import { ControllerShell } from './quorum/controller-shell.ts'
import { describe } from './quorum/describe.ts'
import { type MetadataLog, noPeers, type Peers, type QuorumFiles } from './quorum/doors.ts'
import type { Loader } from './quorum/loader.ts'
import { readQuorumState } from './quorum/quorum-state.ts'
import { RaftShell } from './quorum/raft-shell.ts'
import { readOptions, recover } from './quorum/recovery.ts'
import { callController } from './quorum/remote.ts'
import {
  bootstrapName,
  readSnapshot,
  snapshotBytes,
  snapshotName,
  snapshotsIn,
  writeSnapshot,
} from './quorum/snapshots.ts'
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
  /** Static voters by id; empty: this node alone. */
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
  readonly #loader: Loader
  readonly #lifecycle: BrokerLifecycle
  readonly #listeners = new Set<(delta: MetadataDelta) => void>()
  readonly #bootstrap: ReturnType<typeof initialRecords>
  readonly #peers: Peers
  #controller: ControllerShell | null = null
  #leaderId = -1
  #leaderEpoch = 0
  #bytesSinceSnapshot: number
  #snapshotAt: number
  #idle: Cancel = () => {}
  /** Called whenever the leader, or what this node can do, changes. */
  readonly #changes = new Set<() => void>()

  /** Resolves as soon as this node takes part; alone, it then is the active controller. */
  static async open(options: QuorumOptions): Promise<MetadataQuorum> {
    const quorum = new MetadataQuorum(options)
    quorum.#raft.play({ kind: 'started' })
    if (quorum.#raft.node.voters.length === 1)
      await quorum.#until(() => quorum.#controller !== null)
    return quorum
  }

  private constructor(options: QuorumOptions) {
    const { log, files, rootFiles, clock, logger, nodeId, clusterId, settings, random } = options
    this.#options = options
    this.#peers = options.peers ?? noPeers
    this.#bootstrap = bootstrapRecords(rootFiles, clock.now())
    const { loader, view, bytesSinceSnapshot } = recover(log, files)
    this.#loader = loader
    this.#bytesSinceSnapshot = bytesSinceSnapshot
    this.#snapshotAt = clock.monotonic()
    const configs = settings()
    const voterIds = options.voterIds.length === 0 ? [nodeId] : options.voterIds
    const node = newNode({
      key: { id: nodeId, directoryId: zeroUuid },
      voters: voterIds.map((id) => ({ id, directoryId: zeroUuid })),
      timing: {
        electionTimeoutMs: configs.get('controller.quorum.election.timeout.ms'),
        electionBackoffMaxMs: configs.get('controller.quorum.election.backoff.max.ms'),
        fetchTimeoutMs: configs.get('controller.quorum.fetch.timeout.ms'),
        retryBackoffMs: configs.get('controller.quorum.retry.backoff.ms'),
        fetchWaitMs: 500,
      },
      log: view,
      state: readQuorumState(files),
      highWatermark: loader.image.offset > 0n ? loader.image.offset : -1n,
      seed: Math.floor(random.number() * 2 ** 31) + 1,
    })
    this.#raft = new RaftShell({
      node,
      log,
      files,
      clock,
      logger,
      ask: (to, request) =>
        askPeer(this.#peers, { to, clusterId, request, timeoutMs: this.#requestTimeoutMs() }),
      onLeader: (leaderId, epoch) => this.#leaderChanged(leaderId, epoch),
      onHighWatermark: (offset) => this.#commit(offset),
      onSnapshot: (id) => {
        this.#notify(loader.reset(readSnapshot(files.read(snapshotName(id))!), id))
        this.#bytesSinceSnapshot = 0
      },
      onFailure: options.onFailure,
    })
    this.#lifecycle = new BrokerLifecycle({
      brokerId: nodeId,
      clusterId,
      registration: options.registration,
      clock,
      logger,
      image: loader.image,
      timing: () => ({
        heartbeatIntervalMs: settings().get('broker.heartbeat.interval.ms'),
        sessionTimeoutMs: settings().get('broker.session.timeout.ms'),
      }),
      controller: (api, request) => this.forward(api, request),
    })
  }

  /** Committed metadata; always the same object, changed in place. */
  get image(): MetadataImage {
    return this.#loader.image
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

  get brokerEpoch(): bigint {
    return this.#lifecycle.epoch
  }

  /** Registers this broker (and controller); resolves when it counts as alive. */
  async join(): Promise<void> {
    await this.#registerController()
    await this.#lifecycle.join()
  }

  onCommitted(listener: (delta: MetadataDelta) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Decides here and answers once that is committed; throws NOT_CONTROLLER where another node decides. */
  submit<A extends AnyApi>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    if (this.#controller === null) return Promise.reject(new KafkaError('NOT_CONTROLLER'))
    if (api.key === describeQuorum.key) return this.#describe(request) as never
    assert(isCommand(api), `${api.name} is no command of the controller`)
    return this.#controller.submit(api, request)
  }

  /** Has it decided by the active controller, wherever that is; waits for one for a while. */
  async forward<A extends AnyApi>(
    api: A,
    request: RequestOf<A>,
    timeoutMs = forwardTimeoutMs,
  ): Promise<ResponseOf<A>> {
    const { clock, nodeId } = this.#options
    const until = clock.monotonic() + timeoutMs
    for (;;) {
      const left = until - clock.monotonic()
      try {
        if (this.#controller !== null) return await this.submit(api, request)
        if (this.#leaderId >= 0 && this.#leaderId !== nodeId) {
          const to = this.#leaderId
          return await callController(this.#peers, { to, api, request, timeoutMs: left })
        }
      } catch (error) {
        if (!(error instanceof KafkaError) || !worthRetrying.has(error.error)) throw error
      }
      if (left <= 0)
        throw new KafkaError('REQUEST_TIMED_OUT', 'the metadata quorum has no leader that answers')
      await this.#change(Math.min(left, forwardRetryMs))
    }
  }

  /** A block of ids that nobody else gets. */
  async allocateProducerIds(): Promise<ProducerIdBlock> {
    const { nodeId } = this.#options
    const brokerEpoch = this.#lifecycle.epoch
    const response = await this.forward(allocateProducerIds, { brokerId: nodeId, brokerEpoch })
    if (response.errorCode !== 0) throw new KafkaError(errorName(response.errorCode))
    return { start: response.producerIdStart, size: response.producerIdLen }
  }

  /** Another node of the quorum asks. */
  request(request: RaftRequest): Promise<RaftResponse> {
    return this.#raft.request(request)
  }

  /** A node's process is gone: seen by its socket, before any timeout. */
  peerGone(id: number): void {
    this.#raft.play({ kind: 'peer-gone', id })
    this.#controller?.brokerGone(id)
  }

  get clusterId(): string {
    return this.#options.clusterId
  }

  /** Gives its leaderships back, hands the quorum over, stops. */
  async close(): Promise<void> {
    await this.#lifecycle.leave()
    this.#raft.play({ kind: 'resign' })
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
    this.#options.logger.info({ leaderId, epoch }, 'the metadata quorum has a leader')
    this.#leaderId = leaderId
    this.#leaderEpoch = epoch
    if (leaderId !== this.#options.nodeId) this.#stepDown()
    this.#changed()
  }

  #stepDown(): void {
    this.#idle()
    this.#controller?.close()
    this.#controller = null
  }

  /** Brings the image up to the high watermark, tells everyone, then answers who waited for it. */
  #commit(offset: bigint): void {
    const { log } = this.#options
    const { image } = this
    const delta = emptyDelta()
    while (image.offset < offset) {
      const own = this.#controller?.take(image.offset)
      if (own !== undefined) {
        this.#loader.apply(own, delta)
        this.#bytesSinceSnapshot += own.sizeBytes
        continue
      }
      const { bytes } = log.read(image.offset, readOptions(offset))
      assert(bytes.length > 0, 'what is committed can be read')
      for (const batch of readBatches(bytes)) {
        if (batch.lastOffset < image.offset) continue
        this.#loader.apply(batch, delta)
        this.#bytesSinceSnapshot += batch.sizeBytes
      }
    }
    this.#notify(delta)
    this.#controller?.committed(offset)
    this.#becomeActive()
    this.#takeSnapshot()
    this.#changed()
  }

  #notify(delta: MetadataDelta): void {
    for (const listener of this.#listeners) listener(delta)
  }

  /** Everything of earlier epochs is committed with the first record of one's own: now this node knows what it decides on. */
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
      append: (batch) => this.#raft.append(batch),
      endOffset: () => log.logEndOffset,
    })
    if (this.image.features.size === 0) this.#controller.bootstrap(this.#bootstrap)
    this.#armIdle(log.logEndOffset)
  }

  /**
   * Kafka writes a NoOpRecord every half second of idleness. An idle local cluster should cost neither disk nor processor, and
   * nothing relies on it: only who sets `metadata.max.idle.interval.ms` gets it.
   */
  #armIdle(seen: bigint): void {
    const { settings, clock, log } = this.#options
    const configs = settings()
    if (configs.text('metadata.max.idle.interval.ms') === undefined) return
    const intervalMs = configs.get('metadata.max.idle.interval.ms')
    if (intervalMs <= 0) return
    this.#idle = clock.schedule(intervalMs, () => {
      if (log.logEndOffset === seen) this.#controller?.noOp()
      this.#armIdle(log.logEndOffset)
    })
  }

  #takeSnapshot(): void {
    const { settings, clock, files, log } = this.#options
    const configs = settings()
    const enough =
      this.#bytesSinceSnapshot >=
      Number(configs.get('metadata.log.max.record.bytes.between.snapshots'))
    const intervalMs = Number(configs.get('metadata.log.max.snapshot.interval.ms'))
    const old = intervalMs > 0 && clock.monotonic() - this.#snapshotAt >= intervalMs
    if (!(enough || (old && this.#bytesSinceSnapshot > 0)) || this.#loader.inTransaction) return
    const lastContained = this.#loader.lastTimestamp
    const snapshotId = writeSnapshot(files, this.image, { lastContained, now: clock.now() })
    this.#bytesSinceSnapshot = 0
    this.#snapshotAt = clock.monotonic()
    // The one before is kept, and the log from there on: a follower that is a little behind needs no snapshot.
    const kept = snapshotsIn(files).slice(-2)
    const startOffset = kept[0]!.endOffset
    this.#raft.play({ kind: 'snapshot-taken', snapshotId, startOffset })
    if (startOffset > log.logStartOffset) log.advanceLogStartOffset(startOffset)
    for (const id of snapshotsIn(files).slice(0, -2)) files.remove(snapshotName(id))
  }

  async #registerController(): Promise<void> {
    const { nodeId, registration, random } = this.#options
    if (!this.#raft.node.voters.some(({ id }) => id === nodeId)) return
    const response = await this.forward(controllerRegistration, {
      controllerId: nodeId,
      incarnationId: uuidFrom(random),
      zkMigrationReady: false,
      listeners: registration.endpoints.map((each) => ({ ...each, securityProtocol: 0 })),
      features: [...supportedFeatures],
    })
    if (response.errorCode !== 0) {
      throw new KafkaError(errorName(response.errorCode), response.errorMessage)
    }
  }

  async #describe(request: RequestOf<typeof describeQuorum>) {
    const { clock } = this.#options
    const now = { wall: clock.now(), monotonic: clock.monotonic() }
    return describe({ node: this.#raft.node, image: this.image, now }, request)
  }

  #requestTimeoutMs(): number {
    return this.#options.settings().get('controller.quorum.request.timeout.ms')
  }

  #changed(): void {
    for (const wake of [...this.#changes]) wake()
  }

  /** Resolves with the next change, or after this time. */
  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#changes.delete(end)
        cancel()
        resolve()
      }
      const cancel = this.#options.clock.schedule(timeoutMs, end)
      this.#changes.add(end)
    })
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#change(1000)
  }
}

const worthRetrying: ReadonlySet<string> = new Set([
  'NOT_CONTROLLER',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
])

/** What the directory was formatted with; a fresh one is formatted now, as Kafka's `storage format` does it. */
function bootstrapRecords(files: QuorumFiles, now: number) {
  const bytes = files.read(bootstrapName)
  if (bytes !== null && bytes.length > 0) return readSnapshot(bytes).records
  const records = initialRecords()
  files.replace(bootstrapName, snapshotBytes(records, { lastContained: 0n, now, epoch: 0 }))
  return records
}
