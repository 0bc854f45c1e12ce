import type { Machine } from '../machine.ts'

const everyMs = 250
const ruler = 1000

/** One line on a terminal that tells how far a long pipe has come: records, bytes, and how fast. */
export class Progress {
  readonly #machine: Machine
  readonly #startedAt: number
  #shownAt: number
  #isShown = false
  records = 0
  bytes = 0

  constructor(machine: Machine) {
    this.#machine = machine
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
    this.#machine.stderr.write(
      `\r\x1b[K${grouped(this.records)} records  ${size(this.bytes)}  ${rate}`,
    )
  }

  clear(): void {
    if (this.#isShown) this.#machine.stderr.write('\r\x1b[K')
    this.#isShown = false
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
