/**
 * A disk in memory that can do whatever a real one does to us: stop in the middle of an operation, with a write torn at any
 * byte; lose what was not synced, in any combination, when the power fails; say EIO or ENOSPC.
 *
 * A file's content is safe after a sync of the file, a name after a sync of its folder; nothing else is promised, less than
 * any file system gives.
 */
import type { DirectoryLock } from '../../src/host/directory-lock.ts'
import { DirectoryLocked } from '../../src/host/directory-lock.ts'
import type { DirectoryEntry, Disk, File, OpenMode, Stat } from '../../src/host/disk.ts'
import type { SeededRandom } from './random.ts'

type Change =
  | { kind: 'write'; position: number; bytes: Uint8Array }
  | { kind: 'truncate'; size: number }

type NameChange =
  | { kind: 'link'; name: string; node: Node }
  | { kind: 'unlink'; name: string }
  | { kind: 'rename'; from: string; to: string; node: Node }

export class FileNode {
  content: Content
  safe: Content
  pending: Change[] = []
  modifiedMs = 0

  constructor(content = new Content(), safe = new Content()) {
    this.content = content
    this.safe = safe
  }
}

export class FolderNode {
  readonly entries: Map<string, Node>
  readonly safe: Map<string, Node>
  pending: NameChange[] = []

  constructor(entries: Iterable<readonly [string, Node]> = []) {
    this.entries = new Map(entries)
    this.safe = new Map(this.entries)
  }
}

export type Node = FileNode | FolderNode

export interface Faults {
  /** Looks at every operation before it is done, as if the process ended here. */
  observe?: (operation: Operation) => void
  /** Answers an error code, or lets the operation be done; `EIO:torn` fails in the middle of a write. */
  refuse?: (operation: Operation) => string | null
}

export interface Operation {
  readonly kind:
    | 'write'
    | 'truncate'
    | 'sync'
    | 'create'
    | 'rename'
    | 'remove'
    | 'folder'
    | 'syncFolder'
    | 'read'
  readonly path: string
  readonly index: number
  /** Of a write: how many bytes. */
  readonly size: number
  /** Of a write: what is there when only so many of its bytes were written. */
  readonly torn: ((kept: number) => Torn) | null
}

export interface Torn {
  readonly file: FileNode
  readonly change: Change
}

export class SimDisk implements Disk {
  readonly root: FolderNode
  faults: Faults
  /** How long a sync takes; null: no time at all. */
  syncing: (() => Promise<void>) | null = null
  /** So many operations that change something have begun. */
  operations = 0
  readonly #locks = new Set<string>()
  readonly #now: () => number

  constructor(root = new FolderNode(), { faults = {}, now = () => 0 }: SimDiskOptions = {}) {
    this.root = root
    this.faults = faults
    this.#now = now
  }

  /** What the next process finds when this one was killed: everything that was written, and a part of what was being written. */
  afterKill(torn: Torn | null = null): SimDisk {
    return new SimDisk(
      copyOf(
        this.root,
        (file) => {
          const content = file.content.copy()
          if (torn?.file === file) content.apply(torn.change)
          return content
        },
        ({ entries }) => entries,
      ),
    )
  }

  /** What is left when the power failed: what was synced, and by chance some of the rest. */
  afterPowerCut(random: SeededRandom, torn: Torn | null = null): SimDisk {
    const pending = (file: FileNode) =>
      torn?.file === file ? [...file.pending, torn.change] : file.pending
    return new SimDisk(
      copyOf(
        this.root,
        (file) => survivingContent(file.safe, pending(file), random),
        (folder) => survivingNames(folder, random),
      ),
    )
  }

  open(path: string, mode: OpenMode): File {
    let node = this.#find(path)
    if (node === null) {
      if (mode !== 'create') throw failure('ENOENT', path)
      this.#begin('create', path)
      node = new FileNode()
      this.#link(path, node)
    }
    if (node instanceof FolderNode) throw failure('EISDIR', path)
    return new SimFile(this, node, path)
  }

  stat(path: string): Stat | null {
    const node = this.#find(path)
    if (node === null) return null
    return node instanceof FolderNode
      ? { size: 0, isDirectory: true, modifiedMs: 0 }
      : { size: node.content.size, isDirectory: false, modifiedMs: node.modifiedMs }
  }

  list(path: string): DirectoryEntry[] {
    const { entries } = this.#folder(path)
    return [...entries].map(([name, node]) => ({ name, isDirectory: node instanceof FolderNode }))
  }

  names(path: string): string[] {
    return [...this.#folder(path).entries.keys()]
  }

  readFile(path: string): Uint8Array {
    const file = this.open(path, 'read')
    const bytes = Buffer.alloc(file.size())
    file.read(bytes, 0)
    file.close()
    return bytes
  }

  writeFile(path: string, bytes: Uint8Array): void {
    const file = this.open(path, 'create')
    file.truncate(0)
    file.write(bytes, 0)
    file.close()
  }

  replaceFile(path: string, bytes: Uint8Array): void {
    const temporary = `${path}.tmp`
    this.remove(temporary)
    const file = this.open(temporary, 'create')
    file.write(bytes, 0)
    file.syncNow()
    file.close()
    this.rename(temporary, path)
    this.syncDirectory(parentOf(path))
  }

  async replaceFileLater(path: string, bytes: Uint8Array, isWanted: () => boolean): Promise<void> {
    const temporary = `${path}.tmp`
    this.remove(temporary)
    const file = this.open(temporary, 'create')
    file.write(bytes, 0)
    await file.sync()
    file.close()
    if (isWanted()) this.rename(temporary, path)
  }

  rename(from: string, to: string): void {
    const node = this.#find(from)
    if (node === null) throw failure('ENOENT', from)
    this.#begin('rename', from)
    const folder = this.#folder(parentOf(from))
    const target = this.#folder(parentOf(to))
    folder.entries.delete(nameOf(from))
    target.entries.set(nameOf(to), node)
    if (folder === target) {
      folder.pending.push({ kind: 'rename', from: nameOf(from), to: nameOf(to), node })
    } else {
      folder.pending.push({ kind: 'unlink', name: nameOf(from) })
      target.pending.push({ kind: 'link', name: nameOf(to), node })
    }
  }

  remove(path: string): void {
    const node = this.#find(path)
    if (node === null) return
    if (node instanceof FolderNode) throw failure('EISDIR', path)
    this.#unlink(path)
  }

  #unlink(path: string): void {
    this.#begin('remove', path)
    const folder = this.#folder(parentOf(path))
    folder.entries.delete(nameOf(path))
    folder.pending.push({ kind: 'unlink', name: nameOf(path) })
  }

  removeTree(path: string): void {
    const node = this.#find(path)
    if (node === null) return
    if (node instanceof FolderNode) {
      for (const name of [...node.entries.keys()]) this.removeTree(`${path}/${name}`)
    }
    this.#unlink(path)
  }

  async removeTreeLater(path: string): Promise<void> {
    this.removeTree(path)
  }

  makeDirectory(path: string): void {
    if (this.#find(path) !== null) return
    const parent = parentOf(path)
    if (parent !== '') this.makeDirectory(parent)
    this.#begin('folder', path)
    this.#link(path, new FolderNode())
  }

  syncDirectory(path: string): void {
    this.#begin('syncFolder', path)
    settleNames(this.#folder(path))
  }

  async syncDirectoryLater(path: string): Promise<void> {
    await null
    this.syncDirectory(path)
  }

  setModified(path: string, timeMs: number): void {
    const node = this.#find(path)
    if (node instanceof FileNode) node.modifiedMs = timeMs
  }

  space(): { totalBytes: bigint; usableBytes: bigint } {
    return { totalBytes: 1n << 40n, usableBytes: 1n << 39n }
  }

  lock(directory: string): DirectoryLock {
    if (this.#locks.has(directory)) throw new DirectoryLocked(directory, 1)
    this.#locks.add(directory)
    return { release: () => this.#locks.delete(directory) }
  }

  /** For files: counts the operation, and lets it fail if it has to. */
  begin(kind: Operation['kind'], path: string, write?: Pick<Operation, 'size' | 'torn'>): void {
    this.#begin(kind, path, write)
  }

  now(): number {
    return this.#now()
  }

  #begin(kind: Operation['kind'], path: string, { size, torn } = noWrite): void {
    const index = kind === 'read' ? this.operations : this.operations++
    const operation = { kind, path, index, size, torn }
    if (kind !== 'read') this.faults.observe?.(operation)
    const [code, isTorn] = this.faults.refuse?.(operation)?.split(':') ?? []
    if (code === undefined) return
    if (isTorn !== undefined && torn !== null) {
      const { file, change } = torn(Math.floor(size / 2))
      file.content.apply(change)
      file.pending.push(change)
    }
    throw failure(code, path)
  }

  #find(path: string): Node | null {
    let node: Node = this.root
    for (const part of partsOf(path)) {
      if (!(node instanceof FolderNode)) return null
      const next = node.entries.get(part)
      if (next === undefined) return null
      node = next
    }
    return node
  }

  #folder(path: string): FolderNode {
    const node = this.#find(path)
    if (node === null) throw failure('ENOENT', path)
    if (!(node instanceof FolderNode)) throw failure('ENOTDIR', path)
    return node
  }

  #link(path: string, node: Node): void {
    const folder = this.#folder(parentOf(path))
    folder.entries.set(nameOf(path), node)
    folder.pending.push({ kind: 'link', name: nameOf(path), node })
  }
}

const noWrite: Pick<Operation, 'size' | 'torn'> = { size: 0, torn: null }

export interface SimDiskOptions {
  readonly faults?: Faults
  readonly now?: () => number
}

class SimFile implements File {
  readonly #disk: SimDisk
  readonly #node: FileNode
  readonly #path: string

  constructor(disk: SimDisk, node: FileNode, path: string) {
    this.#disk = disk
    this.#node = node
    this.#path = path
  }

  read(into: Uint8Array, position: number): number {
    this.#disk.begin('read', this.#path)
    return this.#node.content.read(into, position)
  }

  write(bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return
    const torn = (kept: number): Torn => {
      const there = Uint8Array.from(bytes.subarray(0, kept))
      return { file: this.#node, change: { kind: 'write', position, bytes: there } }
    }
    this.#disk.begin('write', this.#path, { size: bytes.length, torn })
    this.#change({ kind: 'write', position, bytes: Uint8Array.from(bytes) })
    this.#node.modifiedMs = this.#disk.now()
  }

  truncate(size: number): void {
    this.#disk.begin('truncate', this.#path)
    this.#change({ kind: 'truncate', size })
  }

  size(): number {
    return this.#node.content.size
  }

  async sync(): Promise<void> {
    const reached = this.#node.pending.length
    this.#beginSync()
    await this.#disk.syncing?.()
    this.#beginSync()
    this.#settle(reached)
  }

  syncNow(): void {
    this.#beginSync()
    this.#settle(this.#node.pending.length)
  }

  /** One that fails leaves what was written for clean, as Linux does: the next one succeeds, and the medium never gets it. */
  #beginSync(): void {
    try {
      this.#disk.begin('sync', this.#path)
    } catch (error) {
      this.#node.pending.length = 0
      throw error
    }
  }

  close(): void {}

  #change(change: Change): void {
    this.#node.content.apply(change)
    this.#node.pending.push(change)
  }

  #settle(count: number): void {
    for (const change of this.#node.pending.splice(0, count)) this.#node.safe.apply(change)
  }
}

/** Bytes that grow in place; a copy shares them until one of the two changes. */
class Content {
  #bytes = Buffer.alloc(0)
  #shared = false
  size = 0

  copy(): Content {
    const copy = new Content()
    copy.#bytes = this.#bytes
    copy.size = this.size
    copy.#shared = this.#shared = true
    return copy
  }

  read(into: Uint8Array, position: number): number {
    if (position >= this.size) return 0
    const part = this.#bytes.subarray(position, Math.min(this.size, position + into.length))
    into.set(part)
    return part.length
  }

  apply(change: Change): void {
    const end = change.kind === 'write' ? change.position + change.bytes.length : change.size
    if (this.#shared || end > this.#bytes.length) {
      const own = Buffer.alloc(Math.max(end, this.#shared ? 0 : 2 * this.#bytes.length, 256))
      this.#bytes.copy(own, 0, 0, this.size)
      this.#bytes = own
      this.#shared = false
    }
    if (change.kind === 'write') {
      if (change.position > this.size) this.#bytes.fill(0, this.size, change.position)
      this.#bytes.set(change.bytes, change.position)
      this.size = Math.max(this.size, end)
    } else {
      if (end > this.size) this.#bytes.fill(0, this.size, end)
      this.size = end
    }
  }
}

function survivingContent(
  safe: Content,
  pending: readonly Change[],
  random: SeededRandom,
): Content {
  const content = safe.copy()
  // Most disks write in order and stop somewhere; the bad ones write what they like.
  const inOrder = random.chance(0.5)
  const stop = random.below(pending.length + 1)
  for (const [index, change] of pending.entries()) {
    if (inOrder ? index > stop : random.chance(0.3)) continue
    const torn = inOrder ? index === stop : random.chance(0.2)
    if (!torn) content.apply(change)
    else if (change.kind === 'write') {
      const from = inOrder ? 0 : random.below(change.bytes.length)
      const to = from + random.below(change.bytes.length - from + 1)
      const bytes = change.bytes.subarray(from, to)
      content.apply({ kind: 'write', position: change.position + from, bytes })
    }
  }
  return content
}

function survivingNames(folder: FolderNode, random: SeededRandom): Map<string, Node> {
  const names = new Map(folder.safe)
  const inOrder = random.chance(0.5)
  const stop = random.below(folder.pending.length + 1)
  for (const [index, change] of folder.pending.entries()) {
    if (inOrder ? index >= stop : random.chance(0.4)) continue
    applyName(names, change)
  }
  return names
}

function settleNames(folder: FolderNode): void {
  for (const change of folder.pending.splice(0)) applyName(folder.safe, change)
}

function applyName(names: Map<string, Node>, change: NameChange): void {
  if (change.kind === 'unlink') names.delete(change.name)
  else if (change.kind === 'link') names.set(change.name, change.node)
  else {
    names.delete(change.from)
    names.set(change.to, change.node)
  }
}

function copyOf(
  folder: FolderNode,
  contentOf: (file: FileNode) => Content,
  namesOf: (folder: FolderNode) => Map<string, Node>,
): FolderNode {
  const entries: [string, Node][] = []
  for (const [name, node] of namesOf(folder)) {
    if (node instanceof FolderNode) {
      entries.push([name, copyOf(node, contentOf, namesOf)])
    } else {
      const content = contentOf(node)
      const file = new FileNode(content, content.copy())
      file.modifiedMs = node.modifiedMs
      entries.push([name, file])
    }
  }
  return new FolderNode(entries)
}

function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

const parts = new Map<string, readonly string[]>()

function partsOf(path: string): readonly string[] {
  let known = parts.get(path)
  if (known === undefined) {
    known = path.split('/').filter((part) => part !== '')
    parts.set(path, known)
  }
  return known
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
