import { sizesOf } from '../../client/producer/chunk.ts'
import type { Producer, ProducerTopic } from '../../client/producer.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { executionError, JavaError } from '../java/errors.ts'
import type { Machine, Signal } from '../machine.ts'
import { exceptionText } from '../output/log.ts'
import type { Progress } from '../output/progress.ts'
import { ToolFailure } from '../tell.ts'
import type { Failures } from './failures.ts'
import { noSuchPartition } from './reader/json-parts.ts'
import { LineCutter, type Lines } from './reader/line-cutter.ts'
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
  #wake: (() => void) | null = null
  #isEnded = false
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
    const { stdin } = machine
    stdin.start({
      chunk: (bytes) => {
        this.#waiting.push(bytes)
        stdin.pause()
        this.#wake?.()
      },
      end: () => {
        this.#isEnded = true
        this.#wake?.()
      },
    })
    machine.onSignal((signal) => {
      this.#signal = signal
      stdin.pause()
      this.#wake?.()
    })
  }

  async #loop(): Promise<void> {
    const { stdin } = this.#options.machine
    this.#prompt()
    for (;;) {
      const chunk = this.#waiting.shift()
      if (chunk !== undefined) {
        // The next one is read while this one is taken.
        if (this.#waiting.length === 0 && this.#signal === null) stdin.resume()
        for (const lines of this.#cutter.push(chunk)) await this.#take(lines)
        if (this.#waiting.length === 0) this.#prompt()
        continue
      }
      if (this.#isEnded || this.#signal !== null) break
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = null
    }
    // The line that a Ctrl-C interrupts was not finished; that at the end of a file was.
    const last = this.#signal === null ? this.#cutter.finish() : null
    if (last !== null) await this.#take(last)
  }

  #prompt(): void {
    const { stdin, stdout } = this.#options.machine
    if (stdin.isTerminal && stdout.isTerminal) stdout.write(prompt)
  }

  async #take(lines: Lines): Promise<void> {
    const { producer, isSync, progress } = this.#options
    if (this.#topic === null) this.#topic = await this.#openTopic(lines)
    if (this.#topic === null) return
    if (isSync) await this.#oneByOne(this.#topic, lines)
    else this.#together(this.#topic, lines)
    progress?.add(lines.count, lines.source.length)
    if (!producer.hasRoom) await producer.room()
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
    const { parts, machine } = this.#options
    const taken = parts.take(lines)
    const { slices, partitions, fault } = this.#withKnownPartitions(topic, taken)
    topic.appendSpans(machine.clock.now(), slices, partitions)
    this.#lines += slices.count
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
