/**
 * What a consumer remembers of a partition that it reads.
 *
 *   unplaced ──placed──▶ ready ──fetched──▶ ready …        a place is the offset to read next
 *       ▲                  │
 *       └── out of range ──┘   (and seek, which places it anew)
 */
import type { OffsetSpec } from '../admin/offsets.ts'
import type { RecordRun } from './record-run.ts'

export class PartitionState {
  readonly topic: string
  readonly partition: number
  isPaused = false
  /** A place to be looked up: of a seek to the beginning or the end, or by the reset policy. */
  lookUp: OffsetSpec | null = null
  /** Counts the times that the place was moved by force: an answer from before is of no use any more. */
  moves = 0
  isFetching = false
  notBefore = 0
  highWatermark: bigint | null = null
  lastStableOffset: bigint | null = null
  logStartOffset: bigint | null = null
  /** The leader epoch at which the place was found to be in the leader's log (KIP-320). */
  validatedEpoch = -1
  /** A replica nearer to us than the leader (KIP-392), and until when it is believed. */
  preferred: { id: number; until: number } | null = null
  readonly #runs: { readonly run: RecordRun; readonly arrival: number }[] = []
  #bufferedBytes = 0
  #position: bigint | null = null
  #positionEpoch: number | null = null
  #lookedUpEpoch: number | null = null
  #fetchOffset = 0n

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get isPlaced(): boolean {
    return this.#position !== null
  }

  /** Behind the last record that was handed out; null before there is a place. */
  get position(): bigint | null {
    this.#advance()
    return this.#position
  }

  /** Of the record before the position, as it is committed: null where none was read, nor named by a commit. */
  get positionEpoch(): number | null {
    this.#advance()
    return this.#positionEpoch
  }

  /** The same, or the epoch of the leader that told the place. */
  get knownEpoch(): number | null {
    return this.positionEpoch ?? this.#lookedUpEpoch
  }

  get fetchOffset(): bigint {
    return this.#fetchOffset
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** `lookedUpEpoch` is of the leader that was asked for the place. */
  place(
    offset: bigint,
    leaderEpoch: number | null,
    { lookedUpEpoch = null }: { lookedUpEpoch?: number | null } = {},
  ): void {
    this.#drop()
    this.#lookedUpEpoch = lookedUpEpoch
    this.lookUp = null
    this.#position = offset
    this.#positionEpoch = leaderEpoch
    this.#fetchOffset = offset
    this.validatedEpoch = -1
  }

  /** Without a place until it is looked up. */
  displace(lookUp: OffsetSpec | null): void {
    this.#drop()
    this.#position = null
    this.#positionEpoch = null
    this.lookUp = lookUp
  }

  /** `arrival` counts all that came, whichever partition it is of. */
  buffer(run: RecordRun, nextOffset: bigint, arrival: number): void {
    this.#runs.push({ run, arrival })
    this.#bufferedBytes += run.size
    this.#fetchOffset = nextOffset
  }

  /** Nothing but markers was fetched: there is nothing to hand out, but the place moves on. */
  skipTo(nextOffset: bigint): void {
    this.#fetchOffset = nextOffset
  }

  /** The run to hand out, or null; one that is over makes way for the next. */
  run(): RecordRun | null {
    this.#advance()
    return this.#runs[0]?.run ?? null
  }

  /** When that run came; without one the end of time. */
  get arrival(): number {
    return this.#runs[0]?.arrival ?? Number.POSITIVE_INFINITY
  }

  /** Ends what was handed out; the partition is not ours any more. */
  release(): void {
    this.#advance()
    this.#drop()
  }

  #advance(): void {
    for (;;) {
      const run = this.#runs[0]?.run
      if (run === undefined) return
      this.#position = run.position
      this.#positionEpoch = run.positionEpoch ?? this.#positionEpoch
      if (!run.isOver) return
      this.#runs.shift()
      this.#bufferedBytes -= run.size
    }
  }

  #drop(): void {
    for (const { run } of this.#runs.splice(0)) run.end()
    this.#bufferedBytes = 0
    this.moves++
    this.preferred = null
  }
}
