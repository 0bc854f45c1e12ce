/**
 * A client of transactions in the simulated world, by hand: what a producer library keeps to itself is seen here. Each transaction
 * writes one value into every partition and commits its number as an offset; it ends as a coin says, and what became of it is noted.
 */
import { Admin } from '../../../src/client/admin.ts'
import type { Cluster } from '../../../src/client/cluster.ts'
import { coordinatorOf } from '../../../src/client/coordinators.ts'
import { pause } from '../../../src/host/clock.ts'
import { addOffsetsToTxn } from '../../../src/protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../src/protocol/apis/add-partitions-to-txn.ts'
import { endTxn } from '../../../src/protocol/apis/end-txn.ts'
import { initProducerId } from '../../../src/protocol/apis/init-producer-id.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { txnOffsetCommit } from '../../../src/protocol/apis/txn-offset-commit.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'
import { type ErrorName, errorName, KafkaError } from '../../../src/protocol/errors.ts'
import type { AnyApi, ResponseOf, SentRequestOf } from '../../../src/protocol/schema.ts'
import type { Connection } from '../../../src/wire/connection.ts'
import { SeededRandom } from '../random.ts'
import { bootstrapOf } from './broker.ts'
import { Machine } from './machine.ts'
import type { SimNet } from './net.ts'
import type { WorldTime } from './time.ts'
import { partitions, topic } from './topics.ts'

export interface TransactorOptions {
  readonly name: string
  /** Several may have the same one: each fences the others. */
  readonly transactionalId: string
  /** Its epoch grows with every transaction (KIP-890); else it is of the time before. */
  readonly raises: boolean
  readonly brokers: readonly number[]
  readonly time: WorldTime
  readonly net: SimNet
  readonly random: SeededRandom
}

const timeoutMs = 1000
const againMs = 40
/** Of one request, until the client gives up and begins anew. */
const triesMax = 12
export const transactionTimeoutMs = 3000

export class Transactor {
  readonly machine: Machine
  readonly group: string
  readonly begun: string[] = []
  readonly committed = new Set<string>()
  readonly aborted = new Set<string>()
  /** Why it had to begin anew. */
  readonly setbacks: ErrorName[] = []
  readonly #options: TransactorOptions
  readonly #random: SeededRandom
  readonly #cluster: Cluster
  #identity = { producerId: -1n, producerEpoch: -1 }
  #sequence = 0
  #mayBeLate = false
  isOver = false
  isIdle = true

  constructor(options: TransactorOptions) {
    const { name, brokers, time, net, random } = options
    this.#options = options
    this.group = `group-${options.transactionalId}`
    this.machine = new Machine(name, time)
    this.#random = new SeededRandom(random.below(2 ** 31))
    const host = { clock: this.machine, net: net.of(this.machine), random: this.#random }
    const bootstrap = bootstrapOf(brokers)
    const settings = { requestTimeoutMs: timeoutMs, socketConnectionSetupTimeoutMs: 500 }
    this.#cluster = new Admin({ bootstrap, host, metadataMaxAgeMs: 2000, ...settings }).cluster
    this.#cluster.watch([topic])
  }

  async run(): Promise<void> {
    this.isIdle = false
    while (!this.isOver) {
      try {
        await this.#init()
        while (!this.isOver && !this.#mayBeLate) await this.#transaction()
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        this.setbacks.push(error.error)
        await pause(this.machine, againMs)
      }
    }
    this.isIdle = true
  }

  async #init(): Promise<void> {
    const request = { transactionalId: this.#options.transactionalId, transactionTimeoutMs }
    const find = () => this.#coordinator('transaction', this.#options.transactionalId)
    const answer = await this.#ask(find, initProducerId, request, (each) => each.errorCode)
    this.#take(answer)
  }

  async #transaction(): Promise<void> {
    const value = `${this.#options.name}-${this.begun.length}`
    this.begun.push(value)
    for (let partition = 0; partition < partitions; partition++) {
      await this.#write(partition, value)
      await pause(this.machine, this.#random.below(30))
    }
    if (this.#random.chance(0.5)) await this.#commitOffset(BigInt(this.begun.length))
    // Now and then it takes too long.
    if (this.#random.chance(0.05)) await pause(this.machine, transactionTimeoutMs * 2)
    await this.#end(value, this.#random.chance(0.7))
  }

  async #write(partition: number, value: string): Promise<void> {
    const { transactionalId, raises } = this.#options
    if (!raises) await this.#add(partition)
    const baseTimestamp = BigInt(this.machine.now())
    const fields = { ...this.#identity, transactional: true, baseTimestamp }
    const key = null
    await this.#ask(
      () => this.#leader(partition),
      produce,
      () => ({
        transactionalId,
        acks: -1,
        timeoutMs,
        topicData: [
          {
            name: topic,
            partitionData: [
              {
                index: partition,
                records: encodeBatch({ ...fields, baseSequence: this.#sequence }, [
                  { key, value: Buffer.from(value) },
                ]),
              },
            ],
          },
        ],
      }),
      ({ responses }) => responses[0]!.partitionResponses[0]!.errorCode,
      raises ? 12 : 11,
    )
  }

  async #add(partition: number): Promise<void> {
    const { transactionalId } = this.#options
    await this.#ask(
      () => this.#coordinator('transaction', transactionalId),
      addPartitionsToTxn,
      {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: this.#identity.producerId,
        v3AndBelowProducerEpoch: this.#identity.producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
        transactions: [],
      },
      (answer) => answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode,
      3,
    )
  }

  async #commitOffset(committedOffset: bigint): Promise<void> {
    const { transactionalId, raises } = this.#options
    const common = { transactionalId, groupId: this.group, ...this.#identity }
    if (!raises) {
      const find = () => this.#coordinator('transaction', transactionalId)
      await this.#ask(find, addOffsetsToTxn, common, ({ errorCode }) => errorCode)
    }
    const position = { partitionIndex: 0, committedOffset, committedMetadata: '' }
    await this.#ask(
      () => this.#coordinator('group', this.group),
      txnOffsetCommit,
      { ...common, memberId: '', topics: [{ name: topic, partitions: [position] }] },
      ({ topics }) => topics[0]!.partitions[0]!.errorCode,
      raises ? 5 : 3,
    )
  }

  async #end(value: string, committed: boolean): Promise<void> {
    const { transactionalId, raises } = this.#options
    const answer = await this.#ask(
      () => this.#coordinator('transaction', transactionalId),
      endTxn,
      { transactionalId, ...this.#identity, committed },
      ({ errorCode }) => errorCode,
      raises ? 5 : 3,
    )
    ;(committed ? this.committed : this.aborted).add(value)
    if (raises) this.#take(answer)
    else this.#sequence++
  }

  #take({ producerId, producerEpoch }: { producerId: bigint; producerEpoch: number }): void {
    this.#identity = { producerId, producerEpoch }
    this.#sequence = 0
    this.#mayBeLate = false
  }

  async #leader(partition: number): Promise<Connection> {
    await this.#cluster.ensureFresh()
    const leader = this.#cluster.leaderOf(topic, partition)
    if (leader === null) throw new KafkaError('LEADER_NOT_AVAILABLE')
    return this.#cluster.broker(leader.id)
  }

  async #coordinator(kind: 'group' | 'transaction', key: string): Promise<Connection> {
    return this.#cluster.broker((await coordinatorOf(this.#cluster, kind, key)).id)
  }

  /** The same again where that may help. What was asked before KIP-890 and got lost may be done later: then it begins anew. */
  async #ask<A extends AnyApi>(
    find: () => Promise<Connection>,
    api: A,
    request: SentRequestOf<A> | (() => SentRequestOf<A>),
    codeOf: (answer: ResponseOf<A>) => number,
    version?: number,
  ): Promise<ResponseOf<A>> {
    for (let tries = 1; ; tries++) {
      const error = await this.#try(async () => {
        const connection = await find()
        const sent = typeof request === 'function' ? request() : request
        const answer = await connection.call(api, sent, version === undefined ? {} : { version })
        const code = codeOf(answer)
        return code === 0 ? { answer } : new KafkaError(errorName(code))
      })
      if (!(error instanceof KafkaError)) return error.answer
      if (isLost(error) && !this.#options.raises) this.#mayBeLate = true
      if (error.fate === 'final' || tries >= triesMax) throw error
      this.#cluster.distrust()
      await pause(this.machine, againMs)
    }
  }

  async #try<T>(attempt: () => Promise<T>): Promise<T | KafkaError> {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof KafkaError) return error
      throw error
    }
  }
}

const isLost = ({ error }: KafkaError): boolean =>
  error === 'NETWORK_EXCEPTION' || error === 'REQUEST_TIMED_OUT'
