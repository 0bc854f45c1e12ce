/**
 * Keeps records coming: fresh metadata, a place for every partition, valid places after a change of leaders, and fetches. It
 * runs when a consumer is polled and when something has arrived, and holds back what failed a moment ago.
 */
import { KafkaError } from '../../protocol/errors.ts'
import { backoffMs } from '../backoff.ts'
import type { Cluster } from '../cluster.ts'
import type { Assignment } from './assignment.ts'
import { Fetcher } from './fetcher.ts'
import type { PartitionState } from './partition-state.ts'
import { type Committed, placeAll, resetSpec } from './placer.ts'
import type { ConsumerSettings } from './settings.ts'
import { needsValidation, validate } from './validate.ts'

export type PumpHost = {
  readonly assignment: Assignment
  /** Whether a topic that is wanted by name is not there yet. */
  readonly isWaitingForTopics: () => boolean
  readonly group: () => Committed | null
  metadataChanged(): void
  /** Something to hand out, or to look after, is there. */
  wake(): void
  failed(error: KafkaError): void
}

/** One after the other: looks after something in the background, not again while it is at it. */
type Chore = { isBusy: boolean; notBefore: number; failures: number }

const chore = (): Chore => ({ isBusy: false, notBefore: 0, failures: 0 })

export class Pump {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #host: PumpHost
  readonly #fetcher: Fetcher
  readonly #refreshing = chore()
  readonly #placing = chore()
  readonly #validating = chore()
  #generation = -1
  #isClosed = false

  constructor(cluster: Cluster, settings: ConsumerSettings, host: PumpHost) {
    this.#cluster = cluster
    this.#settings = settings
    this.#host = host
    this.#fetcher = new Fetcher(cluster, settings, {
      arrived: () => {
        this.turn()
        host.wake()
      },
      outOfRange: (state) => this.#outOfRange(state),
      failed: (error) => host.failed(error),
    })
  }

  close(): void {
    this.#isClosed = true
    this.#fetcher.close()
  }

  turn(): void {
    if (this.#isClosed) return
    const { assignment } = this.#host
    this.#noticeMetadata()
    const states = [...assignment]
    const isLeaderless = this.#fetcher.send(this.#sound(states))
    if (states.some((state) => !state.isPlaced)) this.#place()
    if (isLeaderless || this.#host.isWaitingForTopics()) this.#cluster.distrust()
    this.#refresh()
  }

  /** Whether something waits for a pause to be over, so that a look in a while is worth it. */
  get isHeldBack(): boolean {
    const now = this.#now()
    return (
      this.#cluster.isStale ||
      [this.#refreshing, this.#placing].some((each) => each.notBefore > now) ||
      [...this.#host.assignment].some((state) => state.notBefore > now || !state.isPlaced)
    )
  }

  /** The places that may be fetched from; the others are validated meanwhile. */
  #sound(states: readonly PartitionState[]): PartitionState[] {
    const now = this.#now()
    const doubtful = states.filter((state) => needsValidation(this.#cluster, state))
    if (doubtful.length === 0) return [...states]
    const due = doubtful.filter((state) => now >= state.notBefore)
    if (due.length > 0) this.#validate(due)
    return states.filter((state) => !doubtful.includes(state))
  }

  #validate(states: readonly PartitionState[]): void {
    this.#run(this.#validating, async () => {
      for (const { state, offset, epoch } of await validate(this.#cluster, states)) {
        const spec = resetSpec(this.#settings, this.#cluster)
        if (spec === null) {
          this.#host.failed(
            new KafkaError(
              'OFFSET_OUT_OF_RANGE',
              `Truncated partition ${state.topic}-${state.partition} at ${state.fetchOffset}, which ends at ${offset ?? 'an unknown offset'} with the new leader`,
            ),
          )
        } else if (offset === null) state.displace(spec)
        else state.place(offset, epoch)
      }
    })
  }

  #place(): void {
    const states = [...this.#host.assignment].filter((state) => !state.isPlaced)
    this.#run(this.#placing, () =>
      placeAll(this.#cluster, states, { settings: this.#settings, group: this.#host.group() }),
    )
  }

  #refresh(): void {
    if (!this.#cluster.isStale) return
    this.#run(this.#refreshing, async () => {
      await this.#cluster.ensureFresh({ create: this.#settings.allowAutoCreateTopics })
      this.#noticeMetadata()
      // What is not there yet may take a while to come: the next look is after a pause.
      if (!this.#host.isWaitingForTopics()) this.#refreshing.failures = 0
      this.#holdBack(this.#refreshing)
    })
  }

  #run(each: Chore, work: () => Promise<void>): void {
    if (each.isBusy || this.#now() < each.notBefore) return
    each.isBusy = true
    work().then(
      () => {
        each.isBusy = false
        if (each !== this.#refreshing) each.failures = 0
        this.#host.wake()
      },
      (error) => {
        each.isBusy = false
        if (!(error instanceof KafkaError)) throw error
        // Metadata names the topic that it refuses; a question that failed by it may not.
        this.#noticeMetadata()
        if (error.fate === 'final') this.#host.failed(error)
        else this.#holdBack(each)
        this.#host.wake()
      },
    )
  }

  #holdBack(each: Chore): void {
    const { retryBackoffMs, retryBackoffMaxMs, host } = this.#cluster.settings
    each.notBefore =
      this.#now() +
      backoffMs(each.failures++, {
        firstMs: retryBackoffMs,
        maxMs: retryBackoffMaxMs,
        chance: host.random.number(),
      })
  }

  #noticeMetadata(): void {
    const { generation } = this.#cluster.cache
    if (generation === this.#generation) return
    this.#generation = generation
    this.#host.metadataChanged()
  }

  #outOfRange(state: PartitionState): void {
    // What is still in the buffer was read before and is right.
    if (state.bufferedBytes > 0) return
    const spec = resetSpec(this.#settings, this.#cluster)
    const { topic, partition, fetchOffset } = state
    if (spec !== null) return state.displace(spec)
    state.notBefore = this.#now() + this.#cluster.settings.retryBackoffMs
    this.#host.failed(
      new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Fetch position FetchPosition{offset=${fetchOffset}} is out of range for partition ${topic}-${partition}`,
      ),
    )
  }

  #now(): number {
    return this.#cluster.settings.host.clock.monotonic()
  }
}
