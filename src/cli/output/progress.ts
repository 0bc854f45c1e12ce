import type { Machine } from '../machine.ts'

const everyMs = 250
const ruler = 1000
const barWidth = 20

/** What the whole is, where that is known. */
export type Total = { readonly records: number } | { readonly bytes: number } | null

/** One line on a terminal that tells how far a long pipe has come: records, bytes, how fast, and a bar where the end is known. */
export class Progress {
  readonly #machine: Machine
  readonly #total: Total
  readonly #startedAt: number
  #shownAt: number
  #isShown = false
  records = 0
  bytes = 0

  constructor(machine: Machine, total: Total = null) {
    this.#machine = machine
    this.#total = total
    this.#startedAt = machine.clock.monotonic()
    this.#shownAt = this.#startedAt
  }

  add(records: number, bytes: number): void {
    this.records += records
    this.bytes += bytes
    const now = this.#machine.clock.monotonic()
    if (now - this.#shownAt < everyMs) return
    this.#shownAt = now
    this.#isShown = true
    const seconds = (now - this.#startedAt) / 1000
    const rate = `${size(this.bytes / seconds)}/s, ${grouped(Math.round(this.records / seconds))} records/s`
    const line = `${this.#bar()}${grouped(this.records)} records  ${size(this.bytes)}  ${rate}`
    // A line that is broken could not be taken back.
    const { stderr } = this.#machine
    stderr.write(`\r\x1b[K${line.slice(0, Math.max(stderr.columns() - 1, 0))}`)
  }

  clear(): void {
    if (this.#isShown) this.#machine.stderr.write('\r\x1b[K')
    this.#isShown = false
  }

  #bar(): string {
    const total = this.#total
    if (total === null) return ''
    const share = 'bytes' in total ? this.bytes / total.bytes : this.records / total.records
    const done = Math.min(Math.max(share, 0), 1)
    const filled = Math.floor(done * barWidth)
    return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${Math.floor(done * 100)} %  `
  }
}

const grouped = (count: number) => count.toLocaleString('en')

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= ruler && unit < units.length - 1) {
    value /= ruler
    unit++
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`
}
