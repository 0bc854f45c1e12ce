import { sizesOf } from '../../client/producer/chunk.ts'
import type { Producer, ProducerTopic } from '../../client/producer.ts'
import type { Lines } from '../../protocol/batch/engine/engine.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { executionError, JavaError } from '../java/errors.ts'
import type { Machine, Signal } from '../machine.ts'
import { exceptionText } from '../output/log.ts'
import type { Progress } from '../output/progress.ts'
import { ToolFailure } from '../tell.ts'
import type { Failures } from './failures.ts'
import { noSuchPartition } from './reader/json-parts.ts'
import { LineCutter } from './reader/line-cutter.ts'
import type { Parts, Taken } from './reader/parts.ts'

export type FeedOptions = {
  producer: Producer
  topic: string
  parts: Parts
  failures: Failures
  /** Waits for the answer to each line before the next one goes. */
  isSync: boolean
  progress: Progress | null
  machine: Machine
}

const prompt = '>'

/**
 * From standard input to the producer, chunk by chunk. Reading pauses while the producer has no room, so that a pipe of any size
 * takes no more memory than a small one; what was read before a Ctrl-C is still delivered.
 */
export class Feed {
  readonly #options: FeedOptions
  readonly #cutter = new LineCutter()
  readonly #waiting: Uint8Array[] = []
  /** The chunk that is being taken. */
  #cutting: Iterator<Lines> | null = null
  /** Set while the loop waits for something to do. */
  #wake: (() => void) | null = null
  #isPaused = false
  #isEnded = false
  #fault: { error: unknown } | null = null
  #signal: Signal | null = null
  #topic: ProducerTopic | null = null
  #lines = 0

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Until the end of the input, a signal, or a line that cannot be taken apart, which is thrown. Delivers all before. */
  async run(): Promise<Signal | null> {
    const { producer, progress } = this.#options
    this.#listen()
    try {
      await this.#loop()
    } catch (error) {
      progress?.clear()
      throw await this.#afterFailure(error)
    }
    await producer.flush()
    progress?.clear()
    producer.cluster.close()
    return this.#signal
  }

  // Kafka's tool prints what went wrong, and only then sends what it had accepted before.
  async #afterFailure(error: unknown): Promise<unknown> {
    const { producer, machine } = this.#options
    if (!(error instanceof JavaError)) return error
    if (machine.stderr.isTerminal) machine.stderr.write(`console-producer: ${error.message}\n`)
    else machine.stderr.write(exceptionText(error))
    await producer.flush()
    producer.cluster.close()
    return new ToolFailure('', { cause: error })
  }

  #listen(): void {
    const { machine } = this.#options
    machine.stdin.start({
      chunk: (bytes) => this.#chunk(bytes),
      end: () => {
        this.#isEnded = true
        this.#wakeUp()
      },
    })
    machine.onSignal((signal) => {
      this.#signal = signal
      this.#pause()
      this.#wakeUp()
    })
  }

  /** What comes while the loop has nothing to do is taken at once: waking it for each chunk costs as much as taking it. */
  #chunk(bytes: Uint8Array): void {
    const { isSync } = this.#options
    this.#waiting.push(bytes)
    if (this.#wake !== null && this.#topic !== null && !isSync) this.#takeWhatFits(this.#topic)
    if (this.#isIdle) return this.#prompt()
    this.#pause()
    this.#wakeUp()
  }

  #takeWhatFits(topic: ProducerTopic): void {
    const { producer } = this.#options
    try {
      while (producer.hasRoom) {
        const lines = this.#nextLines()
        if (lines === null) return
        this.#together(topic, lines)
      }
    } catch (error) {
      this.#fault = { error }
    }
  }

  async #loop(): Promise<void> {
    const { producer } = this.#options
    for (;;) {
      if (this.#fault !== null) throw this.#fault.error
      if (!producer.hasRoom) await producer.room()
      const lines = this.#nextLines()
      if (lines !== null) await this.#take(lines)
      else if (this.#isEnded || this.#signal !== null) break
      else await this.#more()
    }
    // The line that a Ctrl-C interrupts was not finished; that at the end of a file was.
    const last = this.#signal === null ? this.#cutter.finish() : null
    if (last !== null) await this.#take(last)
  }

  get #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#cutting === null && this.#fault === null
  }

  #nextLines(): Lines | null {
    for (;;) {
      const step = this.#cutting?.next()
      if (step !== undefined && step.done !== true) return step.value
      this.#cutting = null
      const chunk = this.#waiting.shift()
      if (chunk === undefined) return null
      this.#cutting = this.#cutter.push(chunk)
    }
  }

  async #more(): Promise<void> {
    this.#prompt()
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    if (this.#isPaused) {
      this.#isPaused = false
      this.#options.machine.stdin.resume()
    }
    await woken
  }

  #pause(): void {
    this.#isPaused = true
    this.#options.machine.stdin.pause()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = null
  }

  #prompt(): void {
    const { stdin, stdout } = this.#options.machine
    if (stdin.isTerminal && stdout.isTerminal) stdout.write(prompt)
  }

  async #take(lines: Lines): Promise<void> {
    const { isSync } = this.#options
    if (this.#topic === null) this.#topic = await this.#openTopic(lines)
    if (this.#topic === null) return
    if (isSync) await this.#oneByOne(this.#topic, lines)
    else this.#together(this.#topic, lines)
  }

  /** Null when the lines were given up: each of them waits for the topic as long as it may, and then fails. */
  async #openTopic(lines: Lines): Promise<ProducerTopic | null> {
    const { producer, topic, isSync, failures, parts } = this.#options
    for (let i = 0; i < lines.count; i++) {
      try {
        const opened = await producer.topic(topic)
        failures.linesBefore = this.#lines
        if (i > 0) this.#drop(lines, i)
        return opened
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        if (isSync) {
          failures.foretell(error)
          throw executionError(error)
        }
        const { slices, fault } = parts.take(slice(lines, i, i + 1))
        if (fault !== undefined) throw fault
        this.#lines++
        failures.record({ topic, line: this.#lines, ...sizesOf(slices.spans, 0) }, error)
      }
      if (this.#signal !== null) break
    }
    return null
  }

  /** Forgets the first lines, which have failed. */
  #drop(lines: Lines, count: number): void {
    lines.bounds.copyWithin(0, count * 2, lines.count * 2)
    ;(lines as { count: number }).count -= count
  }

  #together(topic: ProducerTopic, lines: Lines): void {
    const { parts, machine, progress } = this.#options
    const taken = parts.take(lines)
    const { slices, partitions, fault } = this.#withKnownPartitions(topic, taken)
    topic.appendSpans(machine.clock.now(), slices, partitions)
    this.#lines += slices.count
    progress?.add(lines.count, bytesOf(lines))
    if (fault !== undefined) throw fault
  }

  /** A record for a partition that is not there ends them. */
  #withKnownPartitions(topic: ProducerTopic, taken: Taken): Taken {
    const { slices, partitions } = taken
    if (partitions === null) return taken
    const { partitionCount } = topic
    for (let i = 0; i < slices.count; i++) {
      if (partitions[i]! < partitionCount) continue
      const fault = noSuchPartition(this.#lines + i + 1, partitions[i]!)
      return { slices: { ...slices, count: i }, partitions, fault }
    }
    return taken
  }

  async #oneByOne(topic: ProducerTopic, lines: Lines): Promise<void> {
    const { producer, failures } = this.#options
    for (let i = 0; i < lines.count; i++) {
      this.#together(topic, slice(lines, i, i + 1))
      await producer.flush()
      if (failures.first !== null) throw executionError(failures.first)
      if (this.#signal !== null) return
      if (!producer.hasRoom) await producer.room()
    }
  }
}

function slice({ source, bounds }: Lines, from: number, to: number): Lines {
  return { source, bounds: bounds.subarray(from * 2, to * 2), count: to - from }
}

/** With their ends, as if each took one byte. */
function bytesOf({ bounds, count }: Lines): number {
  return count === 0 ? 0 : bounds[count * 2 - 1]! - bounds[0]! + 1
}
