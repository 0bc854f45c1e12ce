/**
 * Plays the raft core over the metadata log: decide, write, speak (house, rule 6). Whatever a turn wants on disk is safe
 * before anything leaves that relies on it. A disk that fails ends the node: it could not keep its word any more.
 */
import { assert } from '../../base/assert.ts'
import type { Cancel, Clock } from '../../host/clock.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Refusal, VoterChange } from '../../raft/change-voters.ts'
import type { OffsetAndEpoch } from '../../raft/log-view.ts'
import type {
  RaftEffect,
  RaftEvent,
  RaftRequest,
  RaftResponse,
  Timer,
} from '../../raft/messages.ts'
import { type RaftNode, told } from '../../raft/node.ts'
import { step } from '../../raft/raft.ts'
import type { VoterSet } from '../../raft/voters.ts'
import type { Logger } from '../logger.ts'
import { summed } from './batches.ts'
import type { MetadataLog, QuorumFiles } from './doors.ts'
import { RaftWriter } from './raft-writer.ts'
import { snapshotName } from './snapshots.ts'

export interface RaftShellOptions {
  readonly node: RaftNode
  readonly log: MetadataLog
  readonly files: QuorumFiles
  readonly clock: Clock
  readonly logger: Logger
  readonly ask: (to: number, request: RaftRequest) => Promise<RaftResponse>
  readonly onLeader: (leaderId: number, epoch: number) => void
  readonly onHighWatermark: (offset: bigint) => void
  /** A snapshot from the leader took the place of the log; answers with the voters that it names. */
  readonly onSnapshot: (id: OffsetAndEpoch) => VoterSet
  /** The node cannot go on. */
  readonly onFailure: (cause: Error) => void
}

// What one answer to a fetch holds at most, and one piece of a snapshot.
const fetchBytesMax = 8 * 1024 * 1024
const snapshotPieceBytesMax = 1024 * 1024
const farewellMs = 500

export class RaftShell {
  readonly node: RaftNode
  readonly #options: RaftShellOptions
  readonly #writer: RaftWriter
  readonly #events: RaftEvent[] = []
  readonly #timers = new Map<Timer, Cancel>()
  readonly #asked = new Map<number, (response: RaftResponse) => void>()
  readonly #changes = new Map<number, (how: Refusal) => void>()
  /** Farewells that have not been answered. */
  readonly #underWay = new Set<Promise<void>>()
  #asks = 0
  #busy = false
  #flushing = false
  #closed = false

  constructor(options: RaftShellOptions) {
    this.node = options.node
    this.#options = options
    this.#writer = new RaftWriter({ ...options, flush: () => this.#flush() })
  }

  play(event: RaftEvent): void {
    if (this.#closed) return
    this.#events.push(event)
    if (!this.#busy) void this.#turns()
  }

  /** A request of another node. */
  request(request: RaftRequest): Promise<RaftResponse> {
    return new Promise((resolve) => {
      const ask = ++this.#asks
      this.#asked.set(ask, resolve)
      this.play({ kind: 'request', ask, request })
    })
  }

  /** Who votes is to change; answers as the core does. */
  changeVoters(
    change: VoterChange,
    options: { ackWhenCommitted: boolean; timeoutMs: number },
  ): Promise<Refusal> {
    return new Promise((resolve) => {
      const ask = ++this.#asks
      this.#changes.set(ask, resolve)
      this.play({ kind: 'change-voters', ask, change, ...options })
    })
  }

  /** Appends a batch as the leader and returns its first offset. What comes of it, `onHighWatermark` tells. */
  append(batch: Uint8Array): bigint {
    const { log, clock } = this.#options
    assert(this.node.role === 'leader', 'only a leader appends')
    const options = { leaderEpoch: this.node.epoch, origin: 'raft', now: clock.now() } as const
    const appended = log.appendAsLeader(batch, options)
    if (!appended.ok) {
      const refused = new KafkaError(appended.error, appended.message)
      this.#fail(refused)
      throw refused
    }
    this.play({ kind: 'appended', endOffset: log.logEndOffset })
    this.#flush()
    return appended.baseOffset
  }

  /** Hands the leadership over; resolves when the others have heard of it, or had time enough. */
  async resign(): Promise<void> {
    const { clock } = this.#options
    this.play({ kind: 'resign' })
    const patience = new Promise<void>((resolve) => clock.schedule(farewellMs, resolve))
    await Promise.race([Promise.allSettled([...this.#underWay]), patience])
  }

  close(): void {
    this.#closed = true
    const gone: Refusal = { error: 'NOT_CONTROLLER', message: null }
    for (const answer of this.#changes.values()) answer(gone)
    this.#changes.clear()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
  }

  async #turns(): Promise<void> {
    this.#busy = true
    try {
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
        await this.#turn(event)
      }
    } catch (cause) {
      this.#fail(cause as Error)
    } finally {
      this.#busy = false
    }
  }

  /** Not `async`: where nothing needs the disk, a turn is over before anything else happens. */
  #turn(event: RaftEvent): Promise<void> | undefined {
    const effects = [...step(this.node, event, this.#options.clock.monotonic())]
    let appended = false
    // What follows from a write at once belongs to the same turn.
    const follow = (next: RaftEvent) =>
      effects.push(...step(this.node, next, this.#options.clock.monotonic()))
    for (const effect of effects) {
      if (this.#writer.write(effect, follow)) appended = true
    }
    const speak = () => {
      for (const effect of effects) this.#speak(effect)
    }
    if (appended) return this.#options.log.flush().then(speak)
    speak()
    return undefined
  }

  #speak(effect: RaftEffect): void {
    const { clock, onLeader, onHighWatermark, log } = this.#options
    switch (effect.kind) {
      case 'send':
        return this.#send(effect.to, effect.request)
      case 'answer':
        return this.#answer(effect.ask, effect.response)
      case 'answer-with-records': {
        const { ask, fetchOffset, response } = effect
        const upTo = log.logEndOffset
        const read = { bytesMax: fetchBytesMax, upTo, atLeastOneBatch: true }
        const { bytes } = log.read(fetchOffset, read)
        return this.#answer(ask, { ...response, records: summed(bytes) })
      }
      case 'answer-with-snapshot':
        return this.#answerSnapshot(effect.ask, effect.snapshotId, effect.position)
      case 'answer-change':
        this.#changes.get(effect.ask)?.({ error: effect.error, message: effect.message })
        this.#changes.delete(effect.ask)
        return
      case 'arm':
        this.#timers.get(effect.timer)?.()
        this.#timers.set(
          effect.timer,
          clock.schedule(effect.at - clock.monotonic(), () =>
            this.play({ kind: 'timeout', timer: effect.timer }),
          ),
        )
        return
      case 'disarm':
        this.#timers.get(effect.timer)?.()
        this.#timers.delete(effect.timer)
        return
      case 'leader':
        return onLeader(effect.leaderId, effect.epoch)
      case 'high-watermark':
        log.advanceHighWatermark(effect.offset)
        return onHighWatermark(effect.offset)
    }
  }

  #send(to: number, request: RaftRequest): void {
    const asked = this.#options.ask(to, request).then(
      (response) => this.play({ kind: 'response', from: to, request, response }),
      () => this.play({ kind: 'unanswered', to, request }),
    )
    if (request.kind !== 'end-epoch') return
    this.#underWay.add(asked)
    asked.finally(() => this.#underWay.delete(asked))
  }

  #answer(ask: number, response: RaftResponse): void {
    this.#asked.get(ask)?.(response)
    this.#asked.delete(ask)
  }

  #answerSnapshot(ask: number, snapshotId: OffsetAndEpoch, position: number): void {
    const whole = this.#options.files.read(snapshotName(snapshotId))
    const say = { kind: 'fetch-snapshot' as const, snapshotId, position }
    if (whole === null || position > whole.length) {
      const error = whole === null ? 'SNAPSHOT_NOT_FOUND' : 'POSITION_OUT_OF_RANGE'
      const empty = { size: 0, bytes: new Uint8Array(0) }
      return this.#answer(ask, { ...say, ...told(this.node, error), ...empty })
    }
    const bytes = whole.subarray(position, position + snapshotPieceBytesMax)
    this.#answer(ask, { ...say, ...told(this.node, 'NONE'), size: whole.length, bytes })
  }

  /** One flush at a time; what is appended meanwhile shares the next one. */
  #flush(): void {
    if (this.#flushing || this.#closed) return
    this.#flushing = true
    const { log } = this.#options
    const endOffset = log.logEndOffset
    log.flush().then(
      () => {
        this.#flushing = false
        this.play({ kind: 'flushed', endOffset })
        if (log.logEndOffset > endOffset) this.#flush()
      },
      (cause) => this.#fail(cause as Error),
    )
  }

  #fail(cause: Error): void {
    if (this.#closed) return
    this.close()
    this.#options.logger.error({ error: cause }, 'the metadata quorum cannot go on')
    this.#options.onFailure(cause)
  }
}
