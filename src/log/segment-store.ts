/**
 * The files of one partition's folder: makes segments, takes them out of use. What is dropped is renamed at once and removed
 * after `file.delete.delay.ms`, so that whoever has a name or a descriptor of it is not surprised.
 */
import type { LogContext } from './context.ts'
import type { LogConfig } from './log-config.ts'
import { deletedSuffix } from './names.ts'
import type { ProducerState } from './producers/producer-state.ts'
import { ProducerSnapshots } from './producers/snapshots.ts'
import { Segment } from './segment.ts'
import { Segments } from './segments.ts'

export class SegmentStore {
  readonly context: LogContext
  readonly folder: string
  readonly segments = new Segments()
  readonly snapshots: ProducerSnapshots
  /** Files were made, renamed or removed since the folder was last synced. */
  folderDirty = false
  /** It is being synced. */
  folderSyncing = false
  /** Segments of which more than the records has to be synced: their indexes are final. */
  readonly sealed = new Set<Segment>()
  /** Those that are being synced. */
  readonly syncing = new Set<Segment>()
  /** The folder itself is new. */
  parentDirty = false

  constructor(context: LogContext, folder: string, snapshotOffsets: readonly bigint[]) {
    this.context = context
    this.folder = folder
    this.snapshots = new ProducerSnapshots(context.disk, folder, snapshotOffsets)
  }

  /** Whether all names in it are on the medium. */
  get folderSafe(): boolean {
    return !this.folderDirty && !this.folderSyncing
  }

  /** A new, empty segment; what lies there under its names is removed. */
  create(baseOffset: bigint, suffix = ''): Segment {
    const segment = this.#segment(baseOffset, { fresh: true, suffix })
    if (suffix === '') this.segments.add(segment)
    this.folderDirty = true
    return segment
  }

  /**
   * For the moment before a second segment is made. A segment that a power cut takes from the middle leaves a gap, at which the log
   * then ends; if it took the first one, the log would seem to begin with the second, and its replicas would let go of the rest.
   */
  keepFirst(): void {
    if (this.segments.count > 1 || this.folderSafe) return
    try {
      this.context.disk.syncDirectory(this.folder)
    } catch (error) {
      throw this.context.failed(error, { final: true })
    }
  }

  /** A segment that lies there. */
  open(baseOffset: bigint, suffix = ''): Segment {
    const segment = this.#segment(baseOffset, { fresh: false, suffix })
    if (suffix === '') this.segments.add(segment)
    return segment
  }

  /** Writes what is in memory of the segment's indexes; the next flush makes all of it safe. */
  seal(segment: Segment): void {
    segment.seal()
    this.sealed.add(segment)
    this.folderDirty = true
  }

  /** For a flush, which syncs them now and clears `syncing` when they are safe. */
  takeSealed(): Segment[] {
    const taken = [...this.sealed]
    this.sealed.clear()
    for (const segment of taken) this.syncing.add(segment)
    return taken
  }

  /** The producers' state, as it is now, into a file; the next flush makes it safe. */
  takeSnapshot(producers: ProducerState): void {
    if (this.snapshots.take(producers)) this.folderDirty = true
  }

  /** Takes segments out of use; with `snapshots` also the producers' state where they begin. */
  drop(
    dropped: readonly Segment[],
    { snapshots, config }: { snapshots: boolean; config: LogConfig },
  ): void {
    if (dropped.length === 0) return
    const paths: string[] = []
    for (const segment of dropped) {
      this.segments.remove(segment)
      this.sealed.delete(segment)
      this.syncing.delete(segment)
      segment.changeSuffix('', deletedSuffix)
      segment.close()
      paths.push(...segment.paths())
      const snapshot = snapshots ? this.snapshots.markDeleted(segment.baseOffset) : null
      if (snapshot !== null) paths.push(snapshot)
    }
    this.folderDirty = true
    this.context.removeLater(paths, config.fileDeleteDelayMs)
  }

  /** The producers' state at an offset where no segment begins any more. */
  dropSnapshot(offset: bigint, config: LogConfig): void {
    const path = this.snapshots.markDeleted(offset)
    if (path !== null) this.context.removeLater([path], config.fileDeleteDelayMs)
  }

  #segment(baseOffset: bigint, { fresh, suffix }: { fresh: boolean; suffix: string }): Segment {
    const { disk, files, clock } = this.context
    const options = { files, directory: this.folder, baseOffset, suffix, createdMs: clock.now() }
    if (!fresh) return new Segment({ ...options, fresh })
    for (const path of new Segment({ ...options, fresh: false }).paths()) disk.remove(path)
    return new Segment({ ...options, fresh })
  }
}
