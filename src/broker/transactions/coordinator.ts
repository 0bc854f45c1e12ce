/**
 * The transaction coordinator of one broker: the transactional ids of the partitions of __transaction_state that it leads. Which
 * id belongs to which partition follows from the id alone; who leads a partition is for the replicas to know.
 */
import type { Clock } from '../../host/clock.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import { coordinatorPartition } from '../../protocol/names.ts'
import type { AskedEvent, Markers, OutcomeOf } from '../../transactions/events.ts'
import { refuse } from '../../transactions/refuse.ts'
import type { Content } from '../../transactions/state.ts'
import { transactionsTopic } from '../internal-topics.ts'
import type { CoordinatorJournal } from '../journal.ts'
import type { Logger } from '../logger.ts'
import type { ProducerIds } from '../producer-ids.ts'
import type { Settings } from '../settings.ts'
import { TransactionShard } from './shard.ts'

export interface TransactionCoordinatorOptions {
  readonly journal: CoordinatorJournal
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: Settings
  readonly image: () => MetadataImage
  readonly producerIds: ProducerIds
  /** Resolves when every partition has its marker; false: there is a newer coordinator. */
  readonly sendMarkers: (
    markers: Markers & { readonly coordinatorEpoch: number },
    isWanted: () => boolean,
  ) => Promise<boolean>
}

export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions
  readonly #shards = new Map<number, TransactionShard>()
  readonly #cancels = new Map<string, () => void>()

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options
    this.#lookEvery(
      'look-at-timeout',
      options.settings.get('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
    )
    this.#lookEvery(
      'look-at-expiry',
      options.settings.get('transaction.remove.expired.transaction.cleanup.interval.ms'),
    )
  }

  ask<E extends AskedEvent>(transactionalId: string, event: E): Promise<OutcomeOf<E>> {
    const shard = this.#shards.get(this.partitionOf(transactionalId))
    if (shard !== undefined) return shard.ask(transactionalId, event)
    return Promise.resolve(refuse(event, 'NOT_COORDINATOR') as OutcomeOf<E>)
  }

  /** The partition of __transaction_state whose leader coordinates the id. */
  partitionOf(transactionalId: string): number {
    const { image, settings } = this.#options
    const count = image().topicsByName.get(transactionsTopic)?.partitions.length
    return coordinatorPartition(
      transactionalId,
      count ?? settings.get('transaction.state.log.num.partitions'),
    )
  }

  /** This broker begins to lead a partition; a second call in the same or a newer epoch starts over. */
  load(partition: number, leaderEpoch: number): void {
    this.unload(partition)
    const { journal, clock, logger, settings, image, producerIds, sendMarkers } = this.#options
    logger.info({ partition, leaderEpoch }, 'coordinates transactions')
    const shard = new TransactionShard({
      partition,
      journal,
      clock,
      logger,
      world: () => ({
        now: clock.now(),
        transactionMaxTimeoutMs: settings.get('transaction.max.timeout.ms'),
        transactionalIdExpirationMs: settings.get('transactional.id.expiration.ms'),
      }),
      transactionVersion: () => image().features.get('transaction.version') ?? 0,
      producerId: () => producerIds.next(),
      sendMarkers: (markers, isWanted) =>
        sendMarkers({ ...markers, coordinatorEpoch: leaderEpoch }, isWanted),
    })
    this.#shards.set(partition, shard)
  }

  unload(partition: number): void {
    this.#shards.get(partition)?.close()
    this.#shards.delete(partition)
  }

  /** All that are known here; an error while some are still being read. */
  async list(): Promise<{ error: ErrorName | 'NONE'; transactions: [string, Content][] }> {
    const shards = [...this.#shards.values()]
    if (!shards.every(({ isActive }) => isActive)) {
      return { error: 'COORDINATOR_LOAD_IN_PROGRESS', transactions: [] }
    }
    const found = await Promise.all(shards.map((each) => each.contents()))
    return { error: 'NONE', transactions: found.flat() }
  }

  /** Lets out what is being written, then answers no more. */
  async close(): Promise<void> {
    for (const cancel of this.#cancels.values()) cancel()
    await Promise.all([...this.#shards.values()].map((each) => each.settled()))
    for (const partition of [...this.#shards.keys()]) this.unload(partition)
  }

  #lookEvery(kind: 'look-at-timeout' | 'look-at-expiry', intervalMs: number): void {
    const cancel = this.#options.clock.schedule(intervalMs, () => {
      for (const shard of this.#shards.values()) shard.lookAll(kind)
      this.#lookEvery(kind, intervalMs)
    })
    this.#cancels.set(kind, cancel)
  }
}
