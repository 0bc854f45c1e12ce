/**
 * What of a partition is on the medium. Whoever waits while a flush is under way gets the next one, together with all others who
 * wait: so one fdatasync serves every write that was waiting for it.
 */
import { dirname } from 'node:path'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { SegmentStore } from './segment-store.ts'

export interface FlushingParts {
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly recoveryPoint: bigint
}

export class Flushing {
  /** Everything below it is on the medium: recovery begins here. */
  recoveryPoint: bigint
  lastFlushMs: number
  readonly #store: SegmentStore
  readonly #epochs: LeaderEpochs
  readonly #logEndOffset: () => bigint
  #current: Promise<void> | null = null
  #next: Promise<void> | null = null
  #truncations = 0

  constructor({ store, epochs, recoveryPoint }: FlushingParts, logEndOffset: () => bigint) {
    this.#store = store
    this.#epochs = epochs
    this.recoveryPoint = recoveryPoint
    this.#logEndOffset = logEndOffset
    this.lastFlushMs = store.context.clock.now()
  }

  get dirty(): boolean {
    return (
      this.recoveryPoint < this.#logEndOffset() || this.#store.folderDirty || this.#epochs.dirty
    )
  }

  /** Resolves when everything that was appended before is on the medium. */
  flush(): Promise<void> {
    if (this.#current === null) {
      if (!this.dirty) return Promise.resolve()
      return this.#begin()
    }
    this.#next ??= this.#current.then(() => {
      this.#next = null
      return this.flush()
    })
    return this.#next
  }

  flushNow(): void {
    const { context, segments, snapshots } = this.#store
    const target = this.#logEndOffset()
    try {
      for (const segment of segments.from(this.recoveryPoint)) {
        if (segment === segments.active) segment.log.syncNow()
        else segment.syncNow()
      }
      snapshots.syncNow()
      if (this.#epochs.dirty) this.#epochs.saveNow()
      if (this.#store.folderDirty) syncFolderNow(this.#store)
    } catch (error) {
      throw context.failed(error)
    }
    this.#reached(target)
  }

  truncatedTo(offset: bigint): void {
    this.#truncations++
    if (offset < this.recoveryPoint) this.recoveryPoint = offset
  }

  #begin(): Promise<void> {
    const done = () => {
      this.#current = null
    }
    const current = this.#run()
    this.#current = current
    current.then(done, done)
    return current
  }

  async #run(): Promise<void> {
    const { context, segments, snapshots } = this.#store
    const target = this.#logEndOffset()
    const truncations = this.#truncations
    const { dirty: epochsDirty } = this.#epochs
    const folderDirty = this.#store.folderDirty || epochsDirty
    try {
      const offline = context.offline()
      if (offline !== null) throw offline
      // A crash makes recovery read the active segment whole and build its indexes anew, so only its records count.
      await Promise.all([
        ...segments
          .from(this.recoveryPoint)
          .map((each) => (each === segments.active ? each.log.sync() : each.sync())),
        snapshots.sync(),
        epochsDirty ? this.#epochs.save() : undefined,
      ])
      if (folderDirty) await syncFolder(this.#store)
    } catch (error) {
      throw context.failed(error)
    }
    if (truncations === this.#truncations) this.#reached(target)
  }

  #reached(target: bigint): void {
    if (target > this.recoveryPoint) this.recoveryPoint = target
    this.lastFlushMs = this.#store.context.clock.now()
  }
}

/** The folder's own name stands in the log directory; that too has to be safe, once. */
async function syncFolder(store: SegmentStore): Promise<void> {
  const { context, folder, parentDirty } = store
  store.folderDirty = false
  await context.disk.syncDirectoryLater(folder)
  if (!parentDirty) return
  store.parentDirty = false
  await context.disk.syncDirectoryLater(dirname(folder))
}

function syncFolderNow(store: SegmentStore): void {
  const { context, folder, parentDirty } = store
  context.disk.syncDirectory(folder)
  store.folderDirty = false
  if (parentDirty) context.disk.syncDirectory(dirname(folder))
  store.parentDirty = false
}
