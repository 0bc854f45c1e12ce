/** The committed side of a node: the image, whoever follows it, and the snapshots that are taken of it. */
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../host/clock.ts'
import { emptyDelta, type MetadataDelta } from '../../metadata/delta.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { BrokerConfigs } from '../../protocol/configs/effective.ts'
import type { OffsetAndEpoch } from '../../raft/log-view.ts'
import type { VoterSet } from '../../raft/voters.ts'
import type { MetadataLog, QuorumFiles } from './doors.ts'
import type { Committed, Loader } from './loader.ts'
import { readLog } from './read-log.ts'
import type { Recovered } from './recovery.ts'
import {
  readSnapshot,
  type Snapshot,
  snapshotName,
  snapshotsIn,
  writeSnapshot,
} from './snapshots.ts'

export interface CommittedOptions {
  readonly clock: Clock
  readonly log: MetadataLog
  readonly files: QuorumFiles
  readonly settings: () => BrokerConfigs
}

export class CommittedMetadata {
  readonly #options: CommittedOptions
  readonly #loader: Loader
  readonly #listeners = new Set<(delta: MetadataDelta) => void>()
  #bytesSinceSnapshot: number
  #snapshotAt: number

  constructor(options: CommittedOptions, { loader, bytesSinceSnapshot }: Recovered) {
    this.#options = options
    this.#loader = loader
    this.#bytesSinceSnapshot = bytesSinceSnapshot
    this.#snapshotAt = options.clock.monotonic()
  }

  /** Always the same object, changed in place. */
  get image(): MetadataImage {
    return this.#loader.image
  }

  onChange(listener: (delta: MetadataDelta) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Brings the image up to the high watermark and tells everyone. `take` has the batches that need not be read. */
  advance(offset: bigint, take: (offset: bigint) => Committed | undefined): void {
    const { image } = this
    const delta = emptyDelta()
    while (image.offset < offset) {
      const own = take(image.offset)
      if (own !== undefined) this.#apply(own, delta)
      else this.#readOn(offset, delta)
    }
    this.#notify(delta)
  }

  /** A snapshot of the leader takes the place of everything; answers with what stands in it. */
  replace(id: OffsetAndEpoch): Snapshot {
    const snapshot = readSnapshot(this.#options.files.read(snapshotName(id))!)
    this.#bytesSinceSnapshot = 0
    this.#notify(this.#loader.reset(snapshot, id))
    return snapshot
  }

  /** Takes a snapshot if one is due; `startOffset` is where the log may begin now. */
  takeSnapshot(
    votersBelow: (offset: bigint) => VoterSet,
  ): { snapshotId: OffsetAndEpoch; startOffset: bigint } | null {
    if (!this.#isDue()) return null
    const { clock, files } = this.#options
    const lastContained = this.#loader.lastTimestamp
    const snapshotId = writeSnapshot(files, this.image, {
      lastContained,
      now: clock.now(),
      voterSet: votersBelow(this.image.offset),
    })
    this.#bytesSinceSnapshot = 0
    this.#snapshotAt = clock.monotonic()
    // The one before stays, and the log from there on: a follower that is a little behind needs no snapshot.
    const all = snapshotsIn(files)
    for (const id of all.slice(0, -2)) files.remove(snapshotName(id))
    return { snapshotId, startOffset: all.slice(-2)[0]!.endOffset }
  }

  #isDue(): boolean {
    const { settings, clock } = this.#options
    const configs = settings()
    const bytesMax = Number(configs.get('metadata.log.max.record.bytes.between.snapshots'))
    const intervalMs = Number(configs.get('metadata.log.max.snapshot.interval.ms'))
    if (this.#loader.inTransaction || this.#bytesSinceSnapshot === 0) return false
    if (this.#bytesSinceSnapshot >= bytesMax) return true
    return intervalMs > 0 && clock.monotonic() - this.#snapshotAt >= intervalMs
  }

  #readOn(upTo: bigint, delta: MetadataDelta): void {
    const { image } = this
    const before = image.offset
    for (const batch of readLog(this.#options.log, before, upTo)) {
      if (batch.lastOffset >= image.offset) this.#apply(batch, delta)
    }
    assert(image.offset > before, 'what is committed can be read')
  }

  #apply(batch: Committed, delta: MetadataDelta): void {
    this.#loader.apply(batch, delta)
    this.#bytesSinceSnapshot += batch.sizeBytes
  }

  #notify(delta: MetadataDelta): void {
    for (const listener of this.#listeners) listener(delta)
  }
}
