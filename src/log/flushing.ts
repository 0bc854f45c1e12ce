/**
 * What of a partition is on the medium. Whoever waits while a flush is under way gets the next one, together with all others who
 * wait: so one fdatasync serves every write to the partition that was waiting for it, and one round of them (`flush-rounds.ts`)
 * those to all partitions of the directory.
 */
import { dirname } from 'node:path'
import { smaller } from '../base/bigint.ts'
import { KafkaError } from '../protocol/errors.ts'
import { partitionMetadataFile } from './directory-files.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { PooledFile } from './open-files.ts'
import type { SegmentStore } from './segment-store.ts'

export interface FlushingParts {
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly recoveryPoint: bigint
}

export class Flushing {
  /** The records below it are on the medium. */
  flushedTo: bigint
  lastFlushMs: number
  readonly #store: SegmentStore
  readonly #epochs: LeaderEpochs
  readonly #logEndOffset: () => bigint
  #current: Promise<void> | null = null
  /** Until then it takes in what is appended. */
  #begun = false
  #next: Promise<void> | null = null
  #truncations = 0
  #closed = false

  constructor({ store, epochs, recoveryPoint }: FlushingParts, logEndOffset: () => bigint) {
    this.#store = store
    this.#epochs = epochs
    this.flushedTo = recoveryPoint
    this.#logEndOffset = logEndOffset
    this.lastFlushMs = store.context.clock.now()
  }

  /**
   * Where recovery has to begin: in the first segment of which not even the indexes are on the medium. Below it nothing is read
   * again, and so a flushed segment that may still be written to, or that rolls a moment later, counts only but for its last offset.
   */
  get recoveryPoint(): bigint {
    const { segments, sealed, syncing } = this.#store
    const { active } = segments
    let point = this.flushedTo
    for (const segment of [...sealed, ...syncing, ...(active.changed ? [active] : [])]) {
      if (segment.size === 0) continue
      const end = segments.after(segment)?.baseOffset ?? this.#logEndOffset()
      point = smaller(point, end - 1n)
    }
    return point
  }

  get dirty(): boolean {
    const { folderDirty, sealed } = this.#store
    return (
      this.flushedTo < this.#logEndOffset() || folderDirty || sealed.size > 0 || this.#epochs.dirty
    )
  }

  /** Resolves when everything that was appended before is on the medium. */
  flush(): Promise<void> {
    if (this.#current === null) {
      if (this.#closed && this.dirty) return Promise.reject(closed())
      if (!this.dirty) return Promise.resolve()
      return this.#begin((run) => this.#store.context.rounds.join(run))
    }
    if (!this.#begun) return this.#current
    const again = () => {
      this.#next = null
      return this.flush()
    }
    this.#next ??= this.#current.then(again, again)
    return this.#next
  }

  /** The same where nobody waits for it: it keeps no one who does from the medium. */
  flushBeside(): Promise<void> {
    const { rounds } = this.#store.context
    if (this.#current !== null) return this.flush()
    const isFree = () => this.#current === null && this.dirty
    return rounds.beside(() => (isFree() ? this.#begin((run) => run()) : this.flush()))
  }

  /** The log is closed, and may be deleted: a file that is missing now is no failure of the disk. */
  close(): void {
    this.#closed = true
  }

  flushNow(): void {
    const { context, segments, snapshots } = this.#store
    const target = this.#logEndOffset()
    try {
      if (this.#epochs.dirty) this.#epochs.saveNow()
      for (const segment of this.#store.sealed) segment.saveIndexes()
    } catch (error) {
      throw context.failed(error)
    }
    try {
      for (const segment of segments.from(this.flushedTo)) segment.log.syncNow()
      this.#store.takeSealed()
      for (const segment of this.#store.syncing) segment.syncNow()
      snapshots.syncNow()
      if (this.#store.folderDirty) syncFolderNow(this.#store)
    } catch (error) {
      throw context.failed(error, { final: true })
    }
    this.#reached(target)
  }

  truncatedTo(offset: bigint): void {
    this.#truncations++
    if (offset < this.flushedTo) this.flushedTo = offset
  }

  #begin(start: (run: () => Promise<void>) => Promise<void>): Promise<void> {
    const done = () => {
      this.#current = null
    }
    this.#begun = false
    const current = start(() => {
      this.#begun = true
      return this.#run()
    })
    this.#current = current
    current.then(done, done)
    return current
  }

  async #run(): Promise<void> {
    const { context } = this.#store
    if (this.#closed) throw closed()
    const target = this.#logEndOffset()
    const truncations = this.#truncations
    const { dirty: epochsDirty } = this.#epochs
    const folderDirty = this.#store.folderDirty || epochsDirty
    const offline = context.offline()
    if (offline !== null) throw offline
    const epochs = epochsDirty ? this.#epochs.save(() => !this.#closed) : undefined
    // All at once; but a full disk, which refuses a new file, must not hide that a sync failed.
    const done = await Promise.allSettled([this.#sync(), epochs])
    const failed = done.find(({ status }) => status === 'rejected')
    if (failed !== undefined) throw this.#failed((failed as PromiseRejectedResult).reason)
    if (this.#closed) throw closed()
    if (folderDirty) await this.#final(syncFolder(this.#store))
    if (truncations === this.#truncations) this.#reached(target)
  }

  /** Of the active segment only the records count: after a crash its indexes are built anew. */
  async #sync(): Promise<void> {
    const { segments, snapshots, syncing } = this.#store
    const sealed = this.#store.takeSealed()
    const others = segments.from(this.flushedTo).filter((each) => !sealed.includes(each))
    await this.#final(Promise.all([...others.map(({ log }) => log.sync()), snapshots.sync()]))
    // After a recovery these may be thousands: never more files at once than a process may have.
    for (let index = 0; index < sealed.length; index += atOnce) {
      const some = sealed.slice(index, index + atOnce).filter((each) => syncing.has(each))
      await this.#final(Promise.all(some.map((segment) => segment.sync())))
    }
  }

  /** Nobody knows what a failed sync left undone, and the next one would not tell: the directory goes offline, full disk or not. */
  async #final<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw this.#failed(error, { final: true })
    }
  }

  #failed(error: unknown, options?: { final: boolean }): KafkaError {
    const isGone = this.#closed && (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isGone ? closed() : this.#store.context.failed(error, options)
  }

  #reached(target: bigint): void {
    this.#store.syncing.clear()
    if (target > this.flushedTo) this.flushedTo = target
    this.lastFlushMs = this.#store.context.clock.now()
  }
}

const atOnce = 8

const closed = () =>
  new KafkaError('KAFKA_STORAGE_ERROR', 'the log was closed before it was flushed')

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
  store.folderSyncing = true
  if (parentDirty) await withFile(store, (file) => file.sync())
  await context.disk.syncDirectoryLater(folder)
  store.folderSyncing = false
  if (!parentDirty) return
  store.parentDirty = false
  await context.disk.syncDirectoryLater(dirname(folder))
}

export function syncFolderNow(store: SegmentStore): void {
  const { context, folder, parentDirty } = store
  if (parentDirty) withFile(store, (file) => file.syncNow())
  context.disk.syncDirectory(folder)
  store.folderDirty = false
  if (parentDirty) context.disk.syncDirectory(dirname(folder))
  store.parentDirty = false
}
