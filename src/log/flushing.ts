/**
 * What of a partition is on the medium. Whoever waits while a flush is under way gets the next one, together with all others who
 * wait: so one fdatasync serves every write that was waiting for it.
 */
import { dirname } from 'node:path'
import { partitionMetadataFile } from './directory-files.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { PooledFile } from './open-files.ts'
import type { Segment } from './segment.ts'
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
    const { folderDirty, sealed } = this.#store
    return (
      this.recoveryPoint < this.#logEndOffset() ||
      folderDirty ||
      sealed.size > 0 ||
      this.#epochs.dirty
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
      for (const segment of segments.from(this.recoveryPoint)) segment.log.syncNow()
      for (const segment of this.#takeSealed()) segment.syncNow()
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
      const sealed = this.#takeSealed()
      // Of the active segment only the records count: after a crash its indexes are built anew.
      await Promise.all([
        ...segments.from(this.recoveryPoint).map(({ log }) => log.sync()),
        ...sealed.map((segment) => segment.sync()),
        snapshots.sync(),
        epochsDirty ? this.#epochs.save() : undefined,
      ])
      if (folderDirty) await syncFolder(this.#store)
    } catch (error) {
      throw context.failed(error)
    }
    if (truncations === this.#truncations) this.#reached(target)
  }

  #takeSealed(): Segment[] {
    const { sealed } = this.#store
    const taken = [...sealed]
    sealed.clear()
    return taken
  }

  #reached(target: bigint): void {
    if (target > this.recoveryPoint) this.recoveryPoint = target
    this.lastFlushMs = this.#store.context.clock.now()
  }
}

/** The file with the topic's id, which was written when the folder was made. */
function withFile<T>({ context, folder }: SegmentStore, work: (file: PooledFile) => T): T {
  const file = context.files.file(`${folder}/${partitionMetadataFile}`)
  const result = work(file)
  file.close()
  return result
}

/** The folder's own name stands in the log directory; that too has to be safe, once. */
async function syncFolder(store: SegmentStore): Promise<void> {
  const { context, folder, parentDirty } = store
  store.folderDirty = false
  if (parentDirty) await withFile(store, (file) => file.sync())
  await context.disk.syncDirectoryLater(folder)
  if (!parentDirty) return
  store.parentDirty = false
  await context.disk.syncDirectoryLater(dirname(folder))
}

function syncFolderNow(store: SegmentStore): void {
  const { context, folder, parentDirty } = store
  if (parentDirty) withFile(store, (file) => file.syncNow())
  context.disk.syncDirectory(folder)
  store.folderDirty = false
  if (parentDirty) context.disk.syncDirectory(dirname(folder))
  store.parentDirty = false
}
