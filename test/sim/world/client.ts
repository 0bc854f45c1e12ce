/** The world's clients, real ones: one that writes, idempotently and with acks=all, and one that looks after topics. */
import { Admin } from '../../../src/client/admin.ts'
import { Producer, type ProducerTopic } from '../../../src/client/producer.ts'
import { SeededRandom } from '../random.ts'
import { bootstrapOf } from './broker.ts'
import { Machine } from './machine.ts'
import type { SimNet } from './net.ts'
import type { WorldTime } from './time.ts'

export class SimClient {
  readonly machine: Machine
  readonly admin: Admin
  readonly #producer: Producer
  /** For what may be lost. */
  readonly #scribbler: Producer
  #into: ProducerTopic | null = null
  readonly written: string[] = []
  readonly acknowledged = new Set<string>()
  readonly refused: string[] = []

  constructor(
    brokers: readonly number[],
    { time, net, random }: { time: WorldTime; net: SimNet; random: SeededRandom },
  ) {
    this.machine = new Machine('client', time)
    const host = {
      clock: this.machine,
      net: net.of(this.machine),
      random: new SeededRandom(random.below(2 ** 31)),
    }
    const options = {
      bootstrap: bootstrapOf(brokers),
      host,
      requestTimeoutMs: 1000,
      socketConnectionSetupTimeoutMs: 500,
      metadataMaxAgeMs: 5000,
    }
    this.admin = new Admin(options)
    this.#scribbler = new Producer(options, {
      lingerMs: 0,
      maxBlockMs: 1000,
      deliveryTimeoutMs: 3000,
      onFailure: () => {},
    })
    this.#producer = new Producer(options, {
      lingerMs: 0,
      deliveryTimeoutMs: 3_600_000,
      onDelivered: ({ ranges }) => {
        for (const { first, count } of ranges) {
          for (let i = first; i < first + count; i++) this.acknowledged.add(this.written[i]!)
        }
      },
      onFailure: ({ ranges, error }) => {
        for (const { first, count } of ranges)
          this.refused.push(`${first}+${count} ${error.message}`)
      },
    })
  }

  async open(topic: string): Promise<void> {
    this.#into = await this.#producer.topic(topic)
  }

  /** One record; it is acknowledged or refused some time. */
  write(partition: number): void {
    if (this.#into === null) return
    const value = String(this.written.length)
    this.written.push(value)
    this.#into.append(this.machine.now(), null, Buffer.from(value), [], partition)
  }

  /** One record into a topic that may be gone, or lose it. */
  async scribble(topic: string): Promise<void> {
    const into = await this.#scribbler.topic(topic).catch(() => null)
    into?.append(this.machine.now(), null, Buffer.from('a scribble'), [], 0)
  }
}
