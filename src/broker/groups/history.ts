/** What happened to the groups of this broker of late, for people who ask why a partition moved. Forgotten at a restart. */
import type { Note } from '../../groups/notes.ts'
import { type Move, moves, type Owners, ownersOf } from './moves.ts'

type Assigned = Extract<Note, { kind: 'assigned' }>
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

  add(groupId: string, note: Note, at: number): void {
    const group = this.#groups.get(groupId) ?? { notes: [], owners: null }
    this.#groups.delete(groupId)
    group.notes.push({ ...keep(group, note), at })
    if (group.notes.length > notesMax) group.notes.shift()
    this.#groups.set(groupId, group)
    if (this.#groups.size > groupsMax) this.#groups.delete(this.#groups.keys().next().value!)
  }

  of(groupId: string): readonly Noted[] {
    return this.#groups.get(groupId)?.notes ?? []
  }
}

function keep(group: Remembered, note: Note): Kept {
  if (note.kind === 'emptied') group.owners = new Map()
  if (note.kind !== 'assigned') return note
  const { shares, ...rest } = note
  const before = group.owners
  group.owners = ownersOf(shares)
  const moved = before === null ? [] : moves(before, group.owners)
  return { ...rest, moved: moved.slice(0, movesMax), movedCount: moved.length }
}
