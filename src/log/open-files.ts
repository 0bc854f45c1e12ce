/**
 * Files that are open only while they are used: however many segments there are, the process holds a bounded number of
 * descriptors. The one that was used longest ago is closed first; one that is being synced stays.
 */
import type { Disk, File, OpenMode } from '../host/disk.ts'

export class OpenFiles {
  readonly disk: Disk
  readonly #openMax: number
  readonly #open = new Set<PooledFile>()
  #clock = 0

  constructor(disk: Disk, openMax = 512) {
    this.disk = disk
    this.#openMax = openMax
  }

  get openCount(): number {
    return this.#open.size
  }

  file(path: string): PooledFile {
    return new PooledFile(this, path)
  }

  /** For `PooledFile` alone, as are the next three. */
  tick(): number {
    return ++this.#clock
  }

  opened(file: PooledFile): void {
    this.#open.add(file)
    this.trim(file)
  }

  /** Files that had to stay open while they were synced may have made more of them than there should be. */
  trim(except: PooledFile | null = null): void {
    while (this.#open.size > this.#openMax && this.#closeOldest(except)) {}
  }

  closed(file: PooledFile): void {
    this.#open.delete(file)
  }

  /** False where all others have to stay open. */
  #closeOldest(except: PooledFile | null): boolean {
    let oldest: PooledFile | null = null
    for (const each of this.#open) {
      if (each === except || each.pinned) continue
      if (oldest === null || each.usedAt < oldest.usedAt) oldest = each
    }
    oldest?.close()
    return oldest !== null
  }
}

export class PooledFile {
  path: string
  usedAt = 0
  readonly #pool: OpenFiles
  #file: File | null = null
  #writable = false
  #syncs = 0
  #closeWhenSynced = false

  constructor(pool: OpenFiles, path: string) {
    this.#pool = pool
    this.path = path
  }

  get pinned(): boolean {
    return this.#syncs > 0
  }

  read(into: Uint8Array, position: number): number {
    return this.#use('read').read(into, position)
  }

  /** Throws where it must not be written to. */
  openToWrite(): void {
    this.#use('write')
  }

  /** Makes the file if it is missing. */
  write(bytes: Uint8Array, position: number): void {
    this.#use('create').write(bytes, position)
  }

  truncate(size: number): void {
    this.#use('create').truncate(size)
  }

  /** 0 where there is none. */
  size(): number {
    if (this.#file !== null) return this.#file.size()
    const stat = this.#pool.disk.stat(this.path)
    if (stat?.isDirectory) {
      const message = `EISDIR: a folder stands where a file should be, '${this.path}'`
      throw Object.assign(new Error(message), { code: 'EISDIR' })
    }
    return stat?.size ?? 0
  }

  async sync(): Promise<void> {
    const file = this.#use('create')
    this.#syncs++
    try {
      await file.sync()
    } finally {
      this.#syncs--
      if (this.#syncs === 0) {
        if (this.#closeWhenSynced) this.close()
        this.#pool.trim()
      }
    }
  }

  syncNow(): void {
    this.#use('create').syncNow()
  }

  rename(path: string): void {
    this.#pool.disk.rename(this.path, path)
    this.path = path
  }

  /** One that does not have it was renamed before. */
  changeSuffix(from: string, to: string): void {
    if (this.path.endsWith(from)) this.rename(this.path.slice(0, -from.length || undefined) + to)
  }

  remove(): void {
    this.close()
    this.#pool.disk.remove(this.path)
  }

  close(): void {
    if (this.#file === null) return
    if (this.#syncs > 0) {
      this.#closeWhenSynced = true
      return
    }
    const file = this.#file
    this.#file = null
    this.#closeWhenSynced = false
    this.#pool.closed(this)
    file.close()
  }

  #use(mode: OpenMode): File {
    this.usedAt = this.#pool.tick()
    if (this.#file !== null && (mode === 'read' || this.#writable)) return this.#file
    this.close()
    this.#file = this.#pool.disk.open(this.path, mode)
    this.#writable = mode !== 'read'
    this.#pool.opened(this)
    return this.#file
  }
}
