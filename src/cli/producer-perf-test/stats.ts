/** Latencies of records, and the sentences that tell of them. */
import { type Figure, figure, percentileFigures, rateFigures } from '../output/figures.ts'

/** More than these are not kept, but a sample of them. */
const samplesMax = 500_000

export class Stats {
  readonly #samples: Float64Array
  readonly #every: number
  readonly #beganAt: number
  #sampleCount = 0
  #seen = 0
  #count = 0
  #bytes = 0
  #sumMs = 0
  #maxMs = 0
  #window = { count: 0, bytes: 0, sumMs: 0, maxMs: 0, beganAt: 0 }

  constructor(recordsMax: number, now: number) {
    this.#every = Math.max(1, Math.ceil(recordsMax / samplesMax))
    this.#samples = new Float64Array(Math.min(recordsMax, samplesMax))
    this.#beganAt = now
    this.#window.beganAt = now
  }

  record(latencyMs: number, bytes: number): void {
    this.#count++
    this.#bytes += bytes
    this.#sumMs += latencyMs
    this.#maxMs = Math.max(this.#maxMs, latencyMs)
    const window = this.#window
    window.count++
    window.bytes += bytes
    window.sumMs += latencyMs
    window.maxMs = Math.max(window.maxMs, latencyMs)
    if (this.#seen++ % this.#every !== 0 || this.#sampleCount === this.#samples.length) return
    this.#samples[this.#sampleCount++] = latencyMs
  }

  /** What happened since the last one; it begins anew. */
  window(now: number): string {
    const { count, bytes, sumMs, maxMs, beganAt } = this.#window
    this.#window = { count: 0, bytes: 0, sumMs: 0, maxMs: 0, beganAt: now }
    const seconds = (now - beganAt) / 1000
    const rate = `${fixed(count / seconds, 1)} records/sec (${megabytes(bytes / seconds)} MB/sec)`
    return `${count} records sent, ${rate}, ${fixed(sumMs / count, 1)} ms avg latency, ${fixed(maxMs, 1)} ms max latency.\n`
  }

  windowAgeMs(now: number): number {
    return now - this.#window.beganAt
  }

  figures(now: number): Figure[] {
    const sorted = this.#samples.subarray(0, this.#sampleCount).sort()
    const mean = this.#count === 0 ? 0 : this.#sumMs / this.#count
    return [
      ...rateFigures(this.#count, this.#bytes, now - this.#beganAt),
      figure('averageLatencyMs', 'latency, average', mean, { digits: 2, unit: 'ms' }),
      figure('maxLatencyMs', 'latency, at most', this.#maxMs, { digits: 2, unit: 'ms' }),
      ...percentileFigures(sorted, [0.5, 0.95, 0.99, 0.999]),
    ]
  }

  total(now: number, { what }: { what: string }): string {
    const seconds = (now - this.#beganAt) / 1000
    const sorted = this.#samples.subarray(0, this.#sampleCount).sort()
    const at = (share: number) => Math.round(sorted[Math.floor(share * sorted.length)] ?? 0)
    const rate = `${fixed(this.#count / seconds, 6)} records/sec (${megabytes(this.#bytes / seconds)} MB/sec)`
    const mean = this.#sumMs / this.#count
    return (
      `${this.#count} ${what} sent, ${rate}, ${fixed(mean, 2)} ms avg latency, ${fixed(this.#maxMs, 2)} ms max latency, ` +
      `${at(0.5)} ms 50th, ${at(0.95)} ms 95th, ${at(0.99)} ms 99th, ${at(0.999)} ms 99.9th.\n`
    )
  }
}

const fixed = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits) : value > 0 ? 'Infinity' : 'NaN'

const megabytes = (bytes: number) => fixed(bytes / (1024 * 1024), 2)
