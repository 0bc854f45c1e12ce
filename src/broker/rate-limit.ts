/** A limit in bytes a second that operators set while brokers run, in the metadata, for one broker or for all. */
import type { Clock } from '../host/clock.ts'
import { configsOf, type MetadataImage } from '../metadata/image.ts'
import { RateWindow } from '../partition/rate-window.ts'

export interface RateLimitOptions {
  /** The configuration that holds it. Kafka declares it for none but the metadata. */
  readonly name: string
  readonly window: { readonly count: number; readonly lengthMs: number }
  readonly brokerId: number
  readonly clock: Clock
  readonly image: () => MetadataImage
}

export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #window: RateWindow

  constructor(options: RateLimitOptions) {
    this.#options = options
    this.#window = new RateWindow(options.window)
  }

  /** Null: there is none. */
  get bytesPerSecond(): number | null {
    const { image, name, brokerId } = this.#options
    const text =
      configsOf(image(), 'broker', String(brokerId)).get(name) ??
      configsOf(image(), 'broker', '').get(name)
    return text === undefined ? null : Number(text)
  }

  get isExceeded(): boolean {
    const limit = this.bytesPerSecond
    return limit !== null && this.#window.bytesPerSecond(this.#options.clock.monotonic()) > limit
  }

  record(bytes: number): void {
    if (bytes > 0) this.#window.record(bytes, this.#options.clock.monotonic())
  }
}
