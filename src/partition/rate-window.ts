/** How many bytes a second passed lately: samples of fixed length, the oldest of which fall away (Kafka's SimpleRate). */
export class RateWindow {
  readonly #count: number
  readonly #lengthMs: number
  #samples: { startMs: number; bytes: number }[] = []

  constructor({ count, lengthMs }: { count: number; lengthMs: number }) {
    this.#count = count
    this.#lengthMs = lengthMs
  }

  record(bytes: number, now: number): void {
    this.#drop(now)
    const last = this.#samples.at(-1)
    if (last !== undefined && now - last.startMs < this.#lengthMs) last.bytes += bytes
    else this.#samples.push({ startMs: now, bytes })
  }

  /** A burst counts as if it had taken one sample's time. */
  bytesPerSecond(now: number): number {
    this.#drop(now)
    const [oldest] = this.#samples
    if (oldest === undefined) return 0
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0)
    return (bytes * 1000) / Math.max(now - oldest.startMs, this.#lengthMs)
  }

  #drop(now: number): void {
    const first = now - this.#count * this.#lengthMs
    this.#samples = this.#samples.filter(({ startMs }) => startMs > first)
  }
}
