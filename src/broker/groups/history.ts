/**
 * What happened to the groups of this broker of late, for people who ask why a partition moved. It outlasts the process where
 * there is a file for it; nothing else depends on that.
 */
import type { Note } from '../../groups/notes.ts'
import type { HistoryFile } from './history-file.ts'
import { type Move, moves, type Owners, ownersOf } from './moves.ts'

type Assigned = Extract<Note, { kind: 'assigned' | 'taken-over' }>
type Kept =
  | Exclude<Note, Assigned>
  | (Omit<Assigned, 'shares'> & {
      /** Of an assignment that is not the first one known: at most `movesMax` of them. */
      readonly moved: readonly Move[]
      readonly movedCount: number
    })

export type Noted = Kept & { readonly at: number }

interface Remembered {
  readonly notes: Noted[]
  /** Null as long as no assignment is known. */
  owners: Owners | null
}

const notesMax = 200
const groupsMax = 1000
const movesMax = 200

export class History {
  /** The group that was noted last stands last. */
  readonly #groups = new Map<string, Remembered>()
  readonly #file: HistoryFile | null
  /** What former lives have written is read when somebody asks: a start need not wait for it. */
  #isRead: boolean

  constructor(file: HistoryFile | null = null) {
    this.#file = file
    this.#isRead = file === null
  }

  add(groupId: string, note: Note, at: number): void {
    this.#file?.append({ groupId, note, at })
    this.#remember(groupId, note, at)
  }

  of(groupId: string): readonly Noted[] {
    this.#read()
    return this.#groups.get(groupId)?.notes ?? []
  }

  /** The file has this life's notes, too, in their order. */
  #read(): void {
    if (this.#isRead || this.#file === null) return
    this.#isRead = true
    const lines = this.#file.read()
    if (lines === null) return
    this.#groups.clear()
    for (const { groupId, note, at } of lines) this.#remember(groupId, note, at)
  }

  #remember(groupId: string, note: Note, at: number): void {
    const group = this.#groups.get(groupId) ?? { notes: [], owners: null }
    this.#groups.delete(groupId)
    group.notes.push({ ...keep(group, note), at })
    if (group.notes.length > notesMax) group.notes.shift()
    this.#groups.set(groupId, group)
    if (this.#groups.size > groupsMax) this.#groups.delete(this.#groups.keys().next().value!)
  }
}

function keep(group: Remembered, note: Note): Kept {
  if (note.kind === 'emptied') group.owners = new Map()
  if (note.kind !== 'assigned' && note.kind !== 'taken-over') return note
  const { shares, ...rest } = note
  // Which way partitions went under another coordinator is not known here.
  const before = note.kind === 'taken-over' ? null : group.owners
  group.owners = ownersOf(shares)
  const moved = before === null ? [] : moves(before, group.owners)
  return { ...rest, moved: moved.slice(0, movesMax), movedCount: moved.length }
}
