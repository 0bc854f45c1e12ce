/** What happened to the groups of this broker of late, for people who ask why a partition moved. Forgotten at a restart. */
import type { Note } from '../../groups/notes.ts'

export type Noted = Note & { readonly at: number }

const notesMax = 200
const groupsMax = 1000

export class History {
  /** The group that was noted last stands last. */
  readonly #groups = new Map<string, Noted[]>()

  add(groupId: string, note: Noted): void {
    const notes = this.#groups.get(groupId) ?? []
    this.#groups.delete(groupId)
    notes.push(note)
    if (notes.length > notesMax) notes.shift()
    this.#groups.set(groupId, notes)
    if (this.#groups.size > groupsMax) this.#groups.delete(this.#groups.keys().next().value!)
  }

  of(groupId: string): readonly Noted[] {
    return this.#groups.get(groupId) ?? []
  }
}
