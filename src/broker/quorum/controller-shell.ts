/**
 * Plays the controller core while this node is the active controller: what it decides is appended at once and answered when
 * it is committed.
 */
import type { Cancel, Clock } from '../../host/clock.ts'
import type { Random } from '../../host/random.ts'
import {
  type Controller,
  type ControllerEvent,
  type ControllerSettings,
  newController,
  step,
} from '../../metadata/controller.ts'
import { copyImage, type MetadataImage } from '../../metadata/image.ts'
import type { MetadataRecord } from '../../metadata/records.ts'
import type { BrokerConfigs } from '../../protocol/configs/effective.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../protocol/schema.ts'
import type { Logger } from '../logger.ts'
import { metadataBatch } from './batches.ts'
import type { Committed } from './loader.ts'
import { tellChanges } from './tell-changes.ts'

export interface ControllerShellOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly settings: ControllerSettings
  /** Everything that is committed, now that this node has become active. */
  readonly committed: MetadataImage
  readonly epoch: number
  /** 0: an idle controller writes nothing. */
  readonly idleIntervalMs: number
  readonly append: (batch: Uint8Array) => bigint
  readonly endOffset: () => bigint
}

interface Waiting {
  /** Committed up to here, the answer may go. */
  readonly upTo: bigint
  readonly response: unknown
  readonly resolve: (response: unknown) => void
  readonly reject: (error: KafkaError) => void
}

export class ControllerShell {
  readonly #options: ControllerShellOptions
  readonly #controller: Controller
  /** Appended, not yet committed: kept so that committing needs no reading. */
  readonly #pending: Committed[] = []
  readonly #waiting: Waiting[] = []
  #asks = 0
  #sweep: Cancel = () => {}
  #idle: Cancel = () => {}

  constructor(options: ControllerShellOptions) {
    const { clock, settings, committed, endOffset } = options
    this.#options = options
    this.#controller = newController({
      settings,
      image: copyImage(committed),
      nextOffset: endOffset(),
      now: clock.monotonic(),
    })
    this.#armSweep(0)
    this.#armIdle(endOffset())
  }

  /** What is decided, committed or not. */
  get image(): MetadataImage {
    return this.#controller.image
  }

  bootstrap(records: readonly MetadataRecord[]): void {
    this.#turn({ kind: 'bootstrap', records })
  }

  submit<A extends AnyApi>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    return new Promise((resolve, reject) => {
      const ask = ++this.#asks
      const response = this.#turn({ kind: 'command', ask, api, request })
      const upTo = this.#options.endOffset()
      // Also what changes nothing waits for what it was decided on: it might yet be lost.
      if (this.#pending.length === 0) resolve(response as ResponseOf<A>)
      else this.#waiting.push({ upTo, response, resolve: resolve as Waiting['resolve'], reject })
    })
  }

  brokerGone(id: number): void {
    this.#turn({ kind: 'broker-gone', id })
  }

  /** The batch that begins here, if this controller wrote it. */
  take(offset: bigint): Committed | undefined {
    return this.#pending[0]?.baseOffset === offset ? this.#pending.shift() : undefined
  }

  /** Everything before this offset is committed and has been applied. */
  committed(offset: bigint): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.upTo <= offset) {
      const { response, resolve } = this.#waiting.shift()!
      resolve(response)
    }
  }

  /** Another node is the active controller now, or nobody. Nobody knows what became of the commands that wait. */
  close(): void {
    this.#sweep()
    this.#idle()
    for (const { reject } of this.#waiting.splice(0)) reject(new KafkaError('NOT_CONTROLLER'))
  }

  #turn(event: ControllerEvent): unknown {
    const { clock, random, logger } = this.#options
    this.#controller.nextOffset = this.#options.endOffset()
    const effects = step(this.#controller, event, { now: clock.monotonic(), chance: random })
    tellChanges(effects, logger)
    let response: unknown
    for (const effect of effects) {
      switch (effect.kind) {
        case 'persist':
          this.#append(effect.records)
          break
        case 'answer':
          response = effect.response
          break
        case 'arm-sweep':
          this.#armSweep(effect.at - clock.monotonic())
          break
      }
    }
    return response
  }

  #append(records: readonly MetadataRecord[]): void {
    const { clock, append, epoch } = this.#options
    const now = clock.now()
    const batch = metadataBatch(records, now)
    const baseOffset = append(batch)
    const lastOffset = baseOffset + BigInt(records.length - 1)
    const timestamp = BigInt(now)
    const sizeBytes = batch.length
    this.#pending.push({ baseOffset, lastOffset, epoch, timestamp, sizeBytes, records })
  }

  #armSweep(delayMs: number): void {
    this.#sweep()
    this.#sweep = this.#options.clock.schedule(delayMs, () => void this.#turn({ kind: 'sweep' }))
  }

  #armIdle(seen: bigint): void {
    const { clock, idleIntervalMs, endOffset } = this.#options
    if (idleIntervalMs <= 0) return
    this.#idle = clock.schedule(idleIntervalMs, () => {
      if (endOffset() === seen) this.#turn({ kind: 'idle' })
      this.#armIdle(endOffset())
    })
  }
}

/**
 * Kafka writes a NoOpRecord every half second of idleness. An idle local cluster should cost neither disk nor processor, and
 * nothing relies on it: only who sets `metadata.max.idle.interval.ms` gets it.
 */
export function idleIntervalMs(configs: BrokerConfigs): number {
  const name = 'metadata.max.idle.interval.ms'
  return configs.text(name) === undefined ? 0 : configs.get(name)
}
