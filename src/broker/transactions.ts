/** What a broker has for transactions: the coordinator, the markers that it sends, and what it asks before it appends. */
import type { Clock } from '../host/clock.ts'
import type { Net } from '../host/net.ts'
import type { Broker, Endpoint } from './broker.ts'
import { transactionsTopic } from './internal-topics.ts'
import { coordinatorJournal } from './journal.ts'
import { brokerLinks } from './node-links.ts'
import type { Links } from './peers.ts'
import { askCoordinator } from './transactions/ask-coordinator.ts'
import { TransactionCoordinator } from './transactions/coordinator.ts'
import { MarkerSender } from './transactions/marker-sender.ts'
import { Verification } from './transactions/verification.ts'
import { writeMarker } from './transactions/write-marker.ts'

export interface TransactionsOptions {
  readonly host: { readonly net: Net; readonly clock: Clock }
  readonly broker: Broker
  readonly endpointOf: (id: number) => Endpoint | null
}

export class Transactions extends TransactionCoordinator {
  /** Of what clients append in transactions. */
  readonly verification: Verification
  readonly #links: readonly Links[]

  constructor({ host, broker, endpointOf }: TransactionsOptions) {
    const { id: brokerId, clock, logger, settings, producerIds } = broker
    const image = () => broker.image
    const requestTimeoutMs = settings.get('request.timeout.ms')
    const common = { host, brokerId, settings, requestTimeoutMs, endpointOf }
    // What is asked is answered at once, markers wait for replicas: neither waits for the other.
    const questions = brokerLinks({ ...common, purpose: 'verification' })
    const markers = brokerLinks({ ...common, purpose: 'markers' })
    const sender = new MarkerSender({
      brokerId,
      clock,
      links: markers,
      image,
      requestTimeoutMs: () => requestTimeoutMs,
      write: (marker, at) => writeMarker(broker, marker, at),
    })
    super({
      journal: coordinatorJournal(broker, { topic: transactionsTopic, baseSequence: -1 }),
      clock,
      logger,
      settings,
      image,
      producerIds,
      sendMarkers: (sent, isWanted) => sender.send(sent, isWanted),
    })
    this.verification = new Verification({
      clock,
      ask: (claim, at) => askCoordinator(broker, questions, claim, at, requestTimeoutMs),
      retryBackoffMs: () => settings.get('add.partitions.to.txn.retry.backoff.ms'),
      retryBackoffMaxMs: () => settings.get('add.partitions.to.txn.retry.backoff.max.ms'),
    })
    this.#links = [questions, markers]
  }

  override async close(): Promise<void> {
    await super.close()
    for (const links of this.#links) links.close()
  }
}
