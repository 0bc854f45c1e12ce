/**
 * What a transactional producer asks its coordinator (KIP-98), as clients of KIP-890 do: brokers add partitions, and with every end the
 * epoch grows. Clusters that do not know that are refused: with them each partition would have to be added here.
 */
import { endTxn } from '../../protocol/apis/end-txn.ts'
import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { coordinatorOf } from '../coordinators.ts'
import { ensureNone } from '../result.ts'
import type { ProducerIdentity } from './batch.ts'

export interface TransactionOptions {
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  readonly maxBlockMs: number
}

const feature = 'transaction.version'
const levelNeeded = 2

export class Transaction {
  readonly #cluster: Cluster
  readonly #options: TransactionOptions
  #identity: ProducerIdentity | null = null

  constructor(cluster: Cluster, options: TransactionOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  /** Who had the id before is fenced, and its transaction aborted. */
  begin(): Promise<ProducerIdentity> {
    const { transactionalId, transactionTimeoutMs } = this.#options
    return this.#asking('initProducerId', async (coordinator) => {
      ensureRaising(coordinator)
      const request = { transactionalId, transactionTimeoutMs }
      return coordinator.call(initProducerId, request)
    })
  }

  /** The identity for what comes next. */
  async end(committed: boolean): Promise<ProducerIdentity> {
    const { transactionalId } = this.#options
    const { id, epoch } = this.#identity ?? (await this.begin())
    const request = { transactionalId, producerId: id, producerEpoch: epoch, committed }
    return this.#asking('endTxn', (coordinator) => coordinator.call(endTxn, request))
  }

  #asking(
    callName: string,
    ask: (
      coordinator: Connection,
    ) => Promise<{ errorCode: number; producerId: bigint; producerEpoch: number }>,
  ): Promise<ProducerIdentity> {
    const { transactionalId, maxBlockMs: timeoutMs } = this.#options
    const find = async () =>
      this.#cluster.broker((await coordinatorOf(this.#cluster, 'transaction', transactionalId)).id)
    return this.#cluster.on({ callName, timeoutMs }, find, async (connection) => {
      const { errorCode, producerId, producerEpoch } = await ask(connection)
      ensureNone(errorCode)
      this.#identity = { id: producerId, epoch: producerEpoch, isTransactional: true }
      return this.#identity
    })
  }
}

function ensureRaising({ answer }: Connection): void {
  const level = answer?.finalizedFeatures.find(({ name }) => name === feature)?.maxVersionLevel ?? 0
  if (level >= levelNeeded) return
  throw new KafkaError(
    'UNSUPPORTED_VERSION',
    `Transactions of these tools need ${feature}=${levelNeeded}; the cluster has ${level}`,
  )
}
