/**
 * This broker's side of its membership (KIP-631): it registers, says that it is alive, and takes its leave.
 *
 *   apart ──register──▶ registered ──caught up──▶ running ──leave──▶ leaving ──▶ gone
 */
import type { Cancel, Clock } from '../../host/clock.ts'
import { supportedFeatures } from '../../metadata/features.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import { brokerHeartbeat } from '../../protocol/apis/broker-heartbeat.ts'
import { brokerRegistration } from '../../protocol/apis/broker-registration.ts'
import { type ErrorName, errorName, KafkaError } from '../../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../protocol/schema.ts'
import type { Logger } from '../logger.ts'

export interface Registration {
  readonly endpoints: readonly { name: string; host: string; port: number }[]
  /** Those of the controller in this process. */
  readonly controllerEndpoints: readonly { name: string; host: string; port: number }[]
  readonly rack: string | null
  readonly incarnationId: string
  readonly logDirs: readonly string[]
  /** Those that have failed since, by now (KIP-858). */
  readonly offlineLogDirs: () => readonly string[]
  readonly onDirectoryFailed?: (listener: () => void) => void
  /** Of the incarnation before, if it stopped cleanly: then nothing that it acknowledged is lost. */
  readonly previousBrokerEpoch?: bigint
}

/** Asks the active controller, wherever that is. */
export type ToController = <A extends AnyApi>(
  api: A,
  request: RequestOf<A>,
  timeoutMs?: number,
) => Promise<ResponseOf<A>>

export interface LifecycleOptions {
  readonly brokerId: number
  readonly clusterId: string
  readonly registration: Registration
  readonly clock: Clock
  readonly logger: Logger
  readonly image: MetadataImage
  readonly heartbeatIntervalMs: () => number
  readonly controller: ToController
  /** The controller does not take this broker in. */
  readonly onRefused: (error: ErrorName) => void
  /** So many voters are gone that nobody decides anything. */
  readonly isForsaken: () => boolean
  /** Resolves when the image holds this offset. */
  readonly caughtUp: (offset: bigint) => Promise<void>
}

/** What may stand in the way of a broker that wants in, for a person. */
export const obstacles: { readonly [error in ErrorName]?: string } = {
  DUPLICATE_BROKER_REGISTRATION: 'another broker is registered with this id',
  INCONSISTENT_CLUSTER_ID: 'this directory belongs to another cluster than the quorum',
}

const retryMs = 20
const leaveTimeoutMs = 5000

export class BrokerLifecycle {
  readonly #options: LifecycleOptions
  #epoch = -1n
  #cancel: Cancel = () => {}
  #stopped = false
  #phase: 'apart' | 'running' | 'leaving' = 'apart'
  #beating = false
  /** What is to be said came up while a heartbeat was under way. */
  #isBeatDue = false

  constructor(options: LifecycleOptions) {
    this.#options = options
    options.registration.onDirectoryFailed?.(() => this.#directoryFailed())
  }

  get epoch(): bigint {
    return this.#epoch
  }

  /**
   * Resolves when the controller counts this broker as alive. `caughtUp` is called before, with the image as new as this
   * registration: what an older one says of leaders, perhaps of ourselves, has been overtaken, and must not be acted upon.
   */
  async join(caughtUp: () => void): Promise<void> {
    await this.#options.caughtUp(this.#epoch)
    caughtUp()
    while (!this.#stopped) {
      if (await this.#isUnfenced()) break
      await this.#pause(retryMs)
    }
    this.#phase = 'running'
    this.#keepBeating()
  }

  /** A broker changed: the controller may wait for everyone to have seen it, and should not wait for the next beat. */
  brokersChanged(): void {
    if (this.#phase !== 'running' || this.#beating) return
    this.#cancel()
    this.#beat()
  }

  /** Gives its leaderships away; resolves when the controller lets it go, or has had time enough. */
  async leave(): Promise<void> {
    if (this.#phase !== 'running') return this.stop()
    this.#phase = 'leaving'
    this.#cancel()
    const { clock, logger } = this.#options
    const until = clock.monotonic() + leaveTimeoutMs
    while (!this.#stopped && clock.monotonic() < until) {
      try {
        const leftMs = until - clock.monotonic()
        if (await this.#mayGo(leftMs)) break
      } catch (cause) {
        logger.warn(
          { error: cause },
          'the controller does not answer; this broker goes without its leave',
        )
        break
      }
      await this.#pause(retryMs)
    }
    this.stop()
  }

  /** What the controller says; where the quorum is gone, as when all are stopped at once, it will say nothing. */
  async #mayGo(timeoutMs: number): Promise<boolean> {
    let isOver = false
    const answered = async () => {
      try {
        return (await this.#heartbeat(true, timeoutMs)).shouldShutDown
      } finally {
        isOver = true
      }
    }
    const forsaken = async () => {
      while (!isOver && !this.#options.isForsaken()) await this.#pause(retryMs)
      return true
    }
    return Promise.race([answered(), forsaken()])
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  /** A directory failed: its partitions have no leader until the controller knows. */
  #directoryFailed(): void {
    this.#isBeatDue = this.#beating
    this.brokersChanged()
  }

  /** Resolves when the controller has taken this broker in; fenced, for now. */
  async register(controller = this.#options.controller): Promise<void> {
    const { brokerId, clusterId, registration, logger, onRefused } = this.#options
    while (!this.#stopped) {
      const { errorCode, brokerEpoch } = await controller(brokerRegistration, {
        brokerId,
        clusterId,
        incarnationId: registration.incarnationId,
        listeners: registration.endpoints.map((each) => ({ ...each, securityProtocol: 0 })),
        features: [...supportedFeatures],
        rack: registration.rack,
        isMigratingZkBroker: false,
        logDirs: [...registration.logDirs],
        previousBrokerEpoch: registration.previousBrokerEpoch ?? -1n,
      })
      if (errorCode === 0) {
        this.#epoch = brokerEpoch
        logger.info({ brokerEpoch: Number(brokerEpoch) }, 'registered')
        return
      }
      const error = errorName(errorCode)
      onRefused(error)
      if (error !== 'DUPLICATE_BROKER_REGISTRATION') throw new KafkaError(error, obstacles[error])
      // Its session may end: perhaps it is who this broker was before.
      await this.#pause(1000)
    }
  }

  async #isUnfenced(): Promise<boolean> {
    try {
      return !(await this.#heartbeat(false)).isFenced
    } catch (error) {
      // The quorum may have lost its leader, or its majority, just now.
      if (error instanceof KafkaError && error.fate !== 'final') return false
      throw error
    }
  }

  async #heartbeat(
    wantShutDown: boolean,
    timeoutMs?: number,
  ): Promise<ResponseOf<typeof brokerHeartbeat>> {
    const { brokerId, controller, image, registration } = this.#options
    const asked = {
      brokerId,
      brokerEpoch: this.#epoch,
      currentMetadataOffset: image.offset - 1n,
      wantFence: false,
      wantShutDown,
      offlineLogDirs: [...registration.offlineLogDirs()],
      cordonedLogDirs: null,
    }
    const response = await controller(brokerHeartbeat, asked, timeoutMs)
    const error = errorName(response.errorCode)
    // Somebody took us off the list: we are new then.
    if (error === 'STALE_BROKER_EPOCH' && !wantShutDown) await this.register()
    else if (response.errorCode !== 0) throw new KafkaError(error)
    return response
  }

  #keepBeating(): void {
    if (this.#stopped || this.#phase !== 'running') return
    const { clock, heartbeatIntervalMs } = this.#options
    this.#cancel = clock.schedule(heartbeatIntervalMs(), () => this.#beat())
  }

  #beat(): void {
    this.#beating = true
    this.#heartbeat(false)
      .catch((cause) => this.#options.logger.warn({ error: cause }, 'a heartbeat was not answered'))
      .finally(() => {
        this.#beating = false
        if (!this.#isBeatDue) return this.#keepBeating()
        this.#isBeatDue = false
        if (!this.#stopped && this.#phase === 'running') this.#beat()
      })
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) =>
      this.#options.clock.schedule(delayMs, resolve, { keepAlive: true }),
    )
  }
}

/** Another broker has asked for its leave and has not got it, or what was decided is not committed yet, which may be just that. */
export function isLeaveAwaited(
  image: MetadataImage,
  { nodeId, log }: { nodeId: number; log: { logEndOffset: bigint } },
): boolean {
  const others = [...image.brokers.values()].filter(({ id }) => id !== nodeId)
  const isAsked = others.some((each) => each.inControlledShutdown && !each.fenced)
  return isAsked || image.offset < log.logEndOffset
}
