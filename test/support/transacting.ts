/** A transactional producer by hand, of the kind that KIP-890 made: brokers add partitions, and epochs grow. */
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { endTxn } from '../../src/protocol/apis/end-txn.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import { batches, isControl, lastOffsetOf, producerIdOf } from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { type Asked, settled } from './asking.ts'

export class TransactionalProducer {
  readonly #connection: Asked
  readonly #id: string
  #identity = { producerId: -1n, producerEpoch: -1 }
  readonly #sequences = new Map<string, number>()

  constructor(connection: Asked, id: string) {
    this.#connection = connection
    this.#id = id
  }

  async init(transactionTimeoutMs = 60_000): Promise<void> {
    const find = { keyType: 1, coordinatorKeys: [this.#id] }
    await settled(
      () => this.#connection.call(findCoordinator, find),
      ({ coordinators }) => coordinators.map((each) => each.errorCode),
    )
    const request = { transactionalId: this.#id, transactionTimeoutMs }
    const { producerId, producerEpoch } = await settled(
      () => this.#connection.call(initProducerId, request),
      ({ errorCode }) => [errorCode],
    )
    this.#take({ producerId, producerEpoch })
  }

  async send(topic: string, partition: number, value: string): Promise<void> {
    const at = `${topic}-${partition}`
    const baseSequence = this.#sequences.get(at) ?? 0
    const topicId = await idOf(this.#connection, topic)
    await settled(
      () =>
        this.#connection.call(produce, {
          transactionalId: this.#id,
          acks: -1,
          timeoutMs: 30_000,
          topicData: [
            {
              name: topic,
              topicId,
              partitionData: [
                {
                  index: partition,
                  records: encodeBatch(
                    { ...this.#identity, baseSequence, transactional: true, baseTimestamp: 0n },
                    [{ key: null, value: Buffer.from(value) }],
                  ),
                },
              ],
            },
          ],
        }),
      ({ responses }) => [responses[0]!.partitionResponses[0]!.errorCode],
    )
    this.#sequences.set(at, baseSequence + 1)
  }

  async end(committed: boolean): Promise<void> {
    const request = { transactionalId: this.#id, ...this.#identity, committed }
    const { producerId, producerEpoch } = await settled(
      () => this.#connection.call(endTxn, request),
      ({ errorCode }) => [errorCode],
    )
    this.#take({ producerId, producerEpoch })
  }

  #take(identity: { producerId: bigint; producerEpoch: number }): void {
    this.#identity = identity
    this.#sequences.clear()
  }
}

export async function makeTopic(connection: Asked, name: string, numPartitions: number) {
  const topic = { name, numPartitions, replicationFactor: -1, assignments: [], configs: [] }
  const request = { topics: [topic], timeoutMs: 30_000, validateOnly: false }
  await settled(
    () => connection.call(createTopics, request),
    ({ topics }) => topics.map(({ errorCode }) => errorCode),
  )
}

async function idOf(connection: Asked, name: string): Promise<string> {
  const { topics } = await settled(
    () => connection.call(metadata, { topics: [{ name }], allowAutoTopicCreation: false }),
    (answer) => answer.topics.map(({ errorCode }) => errorCode),
  )
  return topics[0]!.topicId
}

/** The last stable offset and the end, which are the same where no transaction is open. */
export async function ends(connection: Asked, topic: string, partition: number) {
  const [stable, all] = await Promise.all(
    [1, 0].map((isolationLevel) =>
      settled(
        () =>
          connection.call(listOffsets, {
            replicaId: -1,
            isolationLevel,
            topics: [
              {
                name: topic,
                partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: -1n }],
              },
            ],
            timeoutMs: 10_000,
          }),
        ({ topics }) => [topics[0]!.partitions[0]!.errorCode],
      ),
    ),
  )
  const offsetIn = (answer: typeof stable) => answer!.topics[0]!.partitions[0]!.offset
  return { stable: offsetIn(stable), end: offsetIn(all) }
}

/** What a reader of committed records gets. */
export async function readCommitted(
  connection: Asked,
  topic: string,
  partition: number,
): Promise<string[]> {
  const values: string[] = []
  const topicId = await idOf(connection, topic)
  const { stable } = await ends(connection, topic, partition)
  for (let fetchOffset = 0n; fetchOffset < stable; ) {
    const { responses } = await settled(
      () =>
        connection.call(fetch, {
          maxWaitMs: 100,
          minBytes: 1,
          isolationLevel: 1,
          sessionId: 0,
          sessionEpoch: -1,
          topics: [
            {
              topic,
              topicId,
              partitions: [{ partition, fetchOffset, partitionMaxBytes: 1 << 22 }],
            },
          ],
          forgottenTopicsData: [],
          rackId: '',
        }),
      ({ errorCode, responses: [first] }) => [errorCode, first?.partitions[0]?.errorCode ?? 0],
    )
    const answer = responses[0]!.partitions[0]!
    const bytes = answer.records ?? new Uint8Array(0)
    const aborted = [...(answer.abortedTransactions ?? [])]
    const dropping = new Set<bigint>()
    for (const at of batches(bytes)) {
      const producerId = producerIdOf(bytes, at)
      fetchOffset = lastOffsetOf(bytes, at) + 1n
      if (isControl(bytes, at)) {
        dropping.delete(producerId)
        continue
      }
      const here = aborted.findIndex(
        (each) => each.producerId === producerId && each.firstOffset < fetchOffset,
      )
      if (here >= 0) {
        aborted.splice(here, 1)
        dropping.add(producerId)
      }
      if (dropping.has(producerId)) continue
      for (const { value } of records(bytes, at)) values.push(Buffer.from(value!).toString())
    }
  }
  return values
}
