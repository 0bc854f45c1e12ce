import type { RecordRun } from '../../client/consumer/record-run.ts'
import type { Consumer } from '../../client/consumer.ts'
import { JavaError } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import type { Progress } from '../output/progress.ts'
import type { Condition } from '../records/where.ts'
import { isClosedPipe } from '../tell.ts'
import type { Formatter } from './formatters/formatter.ts'
import { type Range, unfinished } from './select/range.ts'
import { RecordWriter } from './writer.ts'

export type ConsumeOptions = {
  consumer: Consumer
  formatter: Formatter
  /** −1: without end. */
  messagesMax: number
  /** How long to wait for a record; negative: without end. */
  timeoutMs: number
  /** What is to be read, and where it ends; null reads on and on. */
  ranges: readonly Range[] | null
  /** Which records are printed and counted; null for all. */
  accepts: Condition | null
  /** A record that cannot be formatted is told to `skipped` instead of ending everything. */
  skipsErrors: boolean
  skipped: (error: unknown) => void
  /** Null where nobody watches. */
  progress: Progress | null
  machine: Machine
}

/** Why it ended: there was enough, somebody asked, nobody reads, or something stands in the way. */
export type Ending =
  | { readonly kind: 'enough' | 'stopped' | 'closed' }
  /** Polling failed, or no record came in time: Kafka's tool then ends as if all were well. */
  | { readonly kind: 'failed'; readonly error: unknown }

const endless = 2 ** 31
// How often to look whether a range has been read: its last records may be markers, which no poll hands out.
const rangePollMs = 200

/** From the consumer to standard output. What was not written does not count as processed. */
export class Consumption {
  /** Records, those included that could not be formatted. */
  count = 0
  readonly #options: ConsumeOptions
  readonly #writer: RecordWriter
  #isStopped = false
  #ranges: readonly Range[] | null

  constructor(options: ConsumeOptions) {
    this.#options = options
    this.#ranges = options.ranges
    this.#writer = new RecordWriter(options.machine.stdout)
  }

  stop(): void {
    this.#isStopped = true
    this.#options.consumer.wakeup()
  }

  /** Throws what the formatter throws. */
  async run(): Promise<Ending> {
    const { consumer, messagesMax, timeoutMs, machine } = this.#options
    const waitMs = timeoutMs < 0 ? endless : timeoutMs
    const pollMs = this.#ranges === null ? waitMs : Math.min(waitMs, rangePollMs)
    const waiting = { since: machine.clock.monotonic() }
    while ((messagesMax === -1 || this.count < messagesMax) && !this.#areRangesRead()) {
      if (this.#isStopped) return { kind: 'stopped' }
      let run: RecordRun | null
      try {
        run = await consumer.poll(pollMs)
      } catch (error) {
        return { kind: 'failed', error }
      }
      const now = machine.clock.monotonic()
      if (run !== null) {
        if (!(await this.#take(run))) return { kind: 'closed' }
        waiting.since = now
      } else if (!this.#isStopped && timeoutMs >= 0) {
        if (pollMs === waitMs || now - waiting.since >= waitMs) {
          return { kind: 'failed', error: timedOut() }
        }
      }
    }
    return { kind: 'enough' }
  }

  /** Reads no more from where enough was read. */
  #areRangesRead(): boolean {
    if (this.#ranges === null) return false
    const { consumer } = this.#options
    const rest = unfinished(this.#ranges, (at) => consumer.position(at))
    if (rest.length < this.#ranges.length) consumer.assign(rest)
    this.#ranges = rest
    return rest.length === 0
  }

  /** False when nobody reads any more. */
  async #take(run: RecordRun): Promise<boolean> {
    const { consumer } = this.#options
    const { topic, partition } = run
    const written = { offset: run.position }
    const before = this.count
    try {
      await this.#write(run, written)
      this.#options.progress?.add(this.count - before, run.size)
      if (run.isOver) return true
      // As Kafka's tool, which goes back to what it has not printed: the commit then has no leader epoch.
      const { position } = run
      if (run.next()) consumer.seek({ topic, partition }, position)
      return true
    } catch (error) {
      if (!isClosedPipe(error)) throw error
      consumer.seek({ topic, partition }, written.offset)
      return false
    }
  }

  #endOf({ topic, partition }: RecordRun): bigint | null {
    const range = this.#ranges?.find((each) => each.topic === topic && each.partition === partition)
    return range?.end ?? null
  }

  /** `written` follows behind: up to there everything has been taken. */
  async #write(run: RecordRun, written: { offset: bigint }): Promise<void> {
    const { formatter, messagesMax, skipsErrors, skipped, accepts } = this.#options
    const writer = this.#writer
    const { buffer } = writer
    let passed = written.offset
    const end = this.#endOf(run)
    // A comparison for each record is all that the limit costs.
    const last = messagesMax === -1 ? Number.POSITIVE_INFINITY : messagesMax
    try {
      while (this.count < last && !this.#isStopped && run.next()) {
        if (end !== null && run.offset() >= end) break
        if (accepts !== null && !accepts(run)) continue
        this.count++
        try {
          formatter.write(run, buffer)
        } catch (error) {
          if (!skipsErrors) throw error
          skipped(error)
        }
        if (writer.isFull) {
          await writer.pass()
          written.offset = passed
          passed = run.position
        }
      }
    } finally {
      await writer.pass()
      await writer.settled()
      written.offset = run.position
    }
  }
}

function timedOut(): JavaError {
  return new JavaError('org.apache.kafka.common.errors.TimeoutException', null)
}
