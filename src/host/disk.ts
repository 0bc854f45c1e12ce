import fs from 'node:fs'
import { dirname } from 'node:path'
import { type DirectoryLock, lockDirectory } from './directory-lock.ts'

export interface Stat {
  readonly size: number
  readonly isDirectory: boolean
  readonly modifiedMs: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly isDirectory: boolean
}

/** `read` only reads, `write` also writes, `create` makes the file where it is missing; none of them empties it. */
export type OpenMode = 'read' | 'write' | 'create'

/** An open file. Positions are absolute: several may share one descriptor. */
export interface File {
  /** Fills `into` as far as the file goes, and tells how far that was. */
  read(into: Uint8Array, position: number): number
  /** Writes everything, or throws after having written a part. */
  write(bytes: Uint8Array, position: number): void
  truncate(size: number): void
  size(): number
  /** Resolves when what was written before is on the medium (fdatasync). */
  sync(): Promise<void>
  syncNow(): void
  close(): void
}

/**
 * The door to the file system. Reads and writes are synchronous, since they end in the page cache; only waiting for the
 * medium is not. Errors are Node's own, with `code`.
 */
export interface Disk {
  open(path: string, mode: OpenMode): File
  /** Null where nothing stands. */
  stat(path: string): Stat | null
  list(path: string): DirectoryEntry[]
  /** The same without kinds, which costs a third. */
  names(path: string): string[]
  readFile(path: string): Uint8Array
  /** Replaces the content, without a promise about a crash. */
  writeFile(path: string, bytes: Uint8Array): void
  /** Whole or not at all, and on the medium when it returns: `<path>.tmp`, synced, renamed, the directory synced. */
  replaceFile(path: string, bytes: Uint8Array, permissions?: number): void
  /** The same in the background, but for the directory, which the caller syncs. */
  replaceFileLater(path: string, bytes: Uint8Array, isWanted: () => boolean): Promise<void>
  rename(from: string, to: string): void
  /** A file that is not there is as good as removed. */
  remove(path: string): void
  removeTree(path: string): void
  /** The same in the background: to free a large file takes the kernel a while. */
  removeTreeLater(path: string): Promise<void>
  /** With its parents; one that exists is fine. */
  makeDirectory(path: string, permissions?: number): void
  /** Makes creations, renames and removals in a directory safe. */
  syncDirectory(path: string): void
  syncDirectoryLater(path: string): Promise<void>
  setModified(path: string, timeMs: number): void
  space(path: string): { totalBytes: bigint; usableBytes: bigint }
  /** Exclusive until it is released or the process ends; throws DirectoryLocked with the holder's process id. */
  lock(directory: string): DirectoryLock
}

export const systemDisk: Disk = {
  open: (path, mode) => new SystemFile(fs.openSync(path, flags[mode], 0o644), path),
  stat(path) {
    const stat = fs.statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return null
    return {
      size: stat.size,
      isDirectory: stat.isDirectory(),
      modifiedMs: Math.floor(stat.mtimeMs),
    }
  },
  list: (path) =>
    fs
      .readdirSync(path, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() })),
  names: (path) => fs.readdirSync(path),
  readFile,
  writeFile: (path, bytes) => fs.writeFileSync(path, bytes),
  replaceFile,
  replaceFileLater,
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  removeTree: (path) => fs.rmSync(path, { force: true, recursive: true }),
  removeTreeLater: (path) => fs.promises.rm(path, { force: true, recursive: true }),
  makeDirectory: (path, permissions = 0o755) =>
    void fs.mkdirSync(path, { recursive: true, mode: permissions }),
  syncDirectory,
  syncDirectoryLater,
  setModified: (path, timeMs) => fs.utimesSync(path, timeMs / 1000, timeMs / 1000),
  space(path) {
    const { blocks, bavail, bsize } = fs.statfsSync(path, { bigint: true })
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize }
  },
  lock: lockDirectory,
}

const { O_RDONLY, O_RDWR, O_CREAT } = fs.constants
const flags = { read: O_RDONLY, write: O_RDWR, create: O_RDWR | O_CREAT } as const

class SystemFile implements File {
  readonly #descriptor: number
  readonly #path: string

  constructor(descriptor: number, path: string) {
    this.#descriptor = descriptor
    this.#path = path
  }

  read(into: Uint8Array, position: number): number {
    return this.#named(() => {
      let done = 0
      while (done < into.length) {
        const size = fs.readSync(this.#descriptor, into, done, into.length - done, position + done)
        if (size === 0) break
        done += size
      }
      return done
    })
  }

  write(bytes: Uint8Array, position: number): void {
    this.#named(() => {
      let done = 0
      while (done < bytes.length) {
        done += fs.writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done)
      }
    })
  }

  truncate(size: number): void {
    this.#named(() => fs.ftruncateSync(this.#descriptor, size))
  }

  size(): number {
    return fs.fstatSync(this.#descriptor).size
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#descriptor, (error) => {
        if (error === null) resolve()
        else reject(naming(error, this.#path))
      })
    })
  }

  syncNow(): void {
    this.#named(() => fs.fdatasyncSync(this.#descriptor))
  }

  close(): void {
    fs.closeSync(this.#descriptor)
  }

  #named<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw naming(error as Error, this.#path)
    }
  }
}

function readFile(path: string): Uint8Array {
  try {
    return fs.readFileSync(path)
  } catch (error) {
    // Of a folder Node tells only that it is one.
    const told = (error as Error).message.includes(path)
    throw told ? error : naming(error as Error, path)
  }
}

/** What fails on a descriptor does not know its file; a person has to. */
function naming(error: Error, path: string): Error {
  error.message += `, '${path}'`
  return error
}

function replaceFile(path: string, bytes: Uint8Array, permissions = 0o644): void {
  const temporary = `${path}.tmp`
  fs.rmSync(temporary, { force: true })
  const descriptor = fs.openSync(temporary, 'w', permissions)
  try {
    fs.writeFileSync(descriptor, bytes)
    fs.fchmodSync(descriptor, permissions)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
  fs.renameSync(temporary, path)
  syncDirectory(dirname(path))
}

/** Names are looked up at once: a moment later another folder may have this one's. */
async function replaceFileLater(
  path: string,
  bytes: Uint8Array,
  isWanted: () => boolean,
): Promise<void> {
  const temporary = `${path}.tmp`
  const file = new SystemFile(fs.openSync(temporary, 'w', 0o644), temporary)
  try {
    file.write(bytes, 0)
    await file.sync()
  } finally {
    file.close()
  }
  if (isWanted()) fs.renameSync(temporary, path)
}

function syncDirectory(path: string): void {
  const descriptor = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

async function syncDirectoryLater(path: string): Promise<void> {
  const directory = await fs.promises.open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
