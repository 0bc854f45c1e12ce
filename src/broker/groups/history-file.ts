/**
 * The timeline of groups on disk: a line of JSON for each event, in a file of Jackdaw's own that stands outside of the log directories, so
 * that no Kafka ever meets it. Two files make a ring: when the younger one is full it takes the place of the older one.
 *
 *   <path>       the younger      <path>.1    the older
 *
 * Lines are not flushed to the medium: a power cut may take the last ones, the end of the process takes none.
 */
import type { Note, NotedAssignment } from '../../groups/notes.ts'
import type { Disk, File } from '../../host/disk.ts'
import type { Logger } from '../logger.ts'

export interface HistoryLine {
  readonly at: number
  readonly groupId: string
  readonly note: Note
}

export interface HistoryFileOptions {
  readonly disk: Disk
  readonly path: string
  readonly logger: Logger
  /** Of each of the two. */
  readonly bytesMax?: number
}

// Some ten thousand events each, read in a few hundredths of a second.
const bytesMaxDefault = 2 << 20

/** Null where none is wanted. */
export function historyFile(path: string | null, disk: Disk, logger: Logger): HistoryFile | null {
  return path === null ? null : new HistoryFile({ path, disk, logger })
}

export class HistoryFile {
  readonly #options: HistoryFileOptions
  readonly #bytesMax: number
  #file: File | null = null
  #size = 0
  /** A disk that fails is told of once; groups go on without it. */
  #hasFailed = false

  constructor(options: HistoryFileOptions) {
    this.#options = options
    this.#bytesMax = options.bytesMax ?? bytesMaxDefault
  }

  append(line: HistoryLine): void {
    this.#tried(() => {
      const bytes = Buffer.from(`${JSON.stringify(line, listed)}\n`)
      const file = this.#room(bytes.length)
      file.write(bytes, this.#size)
      this.#size += bytes.length
    })
  }

  /** Oldest first; null where it could not be read. */
  read(): HistoryLine[] | null {
    const { path, disk } = this.#options
    return this.#tried(() =>
      [olderOf(path), path]
        .filter((each) => disk.stat(each) !== null)
        .flatMap((each) => Buffer.from(disk.readFile(each)).toString().split('\n'))
        .flatMap((text) => lineOf(text) ?? []),
    )
  }

  close(): void {
    this.#file?.close()
    this.#file = null
  }

  /** The file that the next line goes to. */
  #room(bytes: number): File {
    const { disk, path } = this.#options
    this.#file ??= this.#open()
    if (this.#size > 0 && this.#size + bytes > this.#bytesMax) {
      this.close()
      disk.rename(path, olderOf(path))
      this.#file = this.#open()
    }
    return this.#file
  }

  #open(): File {
    const file = this.#options.disk.open(this.#options.path, 'create')
    this.#size = file.size()
    // The end of a line that a crash cut off would spoil the next one.
    const last = Buffer.alloc(1)
    if (this.#size > 0 && file.read(last, this.#size - 1) === 1 && last[0] !== newline) {
      file.write(Buffer.from('\n'), this.#size)
      this.#size++
    }
    return file
  }

  #tried<T>(work: () => T): T | null {
    if (this.#hasFailed) return null
    try {
      return work()
    } catch (error) {
      this.#hasFailed = true
      const { path, logger } = this.#options
      logger.warn({ path, error }, 'the timeline of groups is kept in memory alone from here on')
      return null
    }
  }
}

const newline = 10

const olderOf = (path: string): string => `${path}.1`

const listed = (_: string, value: unknown): unknown =>
  value instanceof Map || value instanceof Set ? [...value] : value

/** Null for what is no line of ours: half of one, or what somebody else has written. */
function lineOf(text: string): HistoryLine | null {
  if (text === '') return null
  try {
    const { at, groupId, note } = JSON.parse(text)
    if (typeof at !== 'number' || typeof groupId !== 'string' || typeof note.kind !== 'string') {
      return null
    }
    return { at, groupId, note: 'shares' in note ? withMaps(note) : note }
  } catch {
    return null
  }
}

// Every part is looked at here, so that a spoilt line fails now and not later.
const withMaps = (note: NotedAssignment & { kind: 'assigned' | 'taken-over' }): Note => ({
  ...note,
  partitions: new Map(note.partitions),
  shares: new Map(
    [...note.shares].map(([memberId, topics]) => [
      memberId,
      topics.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] })),
    ]),
  ),
})
