/**
 * One step of a group: what it may read (the world) and what it wants done (effects, in order). Every function of the core
 * gets the turn; none does anything but change the group and add effects.
 */
import { apply, applyPending } from './apply.ts'
import type { Ask, Outcomes, Producer } from './events.ts'
import type { Group } from './group.ts'
import type { Note } from './notes.ts'
import type { ContentOf, GroupRecord, KeyOf, RecordKind } from './records.ts'
import type { World } from './world.ts'

export type GroupEffect =
  /** With a producer: as part of its transaction. */
  | { readonly kind: 'persist'; readonly record: GroupRecord; readonly producer?: Producer }
  | { readonly kind: 'reply'; readonly ask: Ask; readonly outcome: Outcomes[keyof Outcomes] }
  /** Replaces a timer of the same name; with `onlyIfIdle` one that runs already is left alone. */
  | {
      readonly kind: 'arm'
      readonly timer: string
      readonly at: number
      readonly onlyIfIdle?: boolean
    }
  | { readonly kind: 'disarm'; readonly timer: string }
  /** For people who ask what happened to their group; nothing depends on it. */
  | { readonly kind: 'note'; readonly note: Note }

export interface Turn {
  readonly group: Group
  readonly world: World
  readonly effects: GroupEffect[]
}

/** Changes the group and asks that the record be written; the two are never apart. */
export function remember<K extends RecordKind>(
  { group, effects }: Turn,
  kind: K,
  key: KeyOf<K>,
  value: ContentOf<K> | null,
): void {
  const record = { kind, key, value } as unknown as GroupRecord
  apply(group, record)
  effects.push({ kind: 'persist', record })
}

/** An offset of a transaction that has not ended. */
export function rememberPending(
  { group, effects }: Turn,
  producer: Producer,
  key: KeyOf<'offset'>,
  value: ContentOf<'offset'>,
): void {
  const record = { kind: 'offset' as const, key, value }
  applyPending(group, record, producer.producerId)
  effects.push({ kind: 'persist', record, producer })
}

export function reply<K extends keyof Outcomes>(
  { effects }: Turn,
  ask: Ask<K>,
  outcome: Outcomes[K],
): void {
  effects.push({ kind: 'reply', ask, outcome })
}

export function arm({ effects, world }: Turn, timer: string, delayMs: number): void {
  effects.push({ kind: 'arm', timer, at: world.now + delayMs })
}

export function armIfIdle({ effects, world }: Turn, timer: string, delayMs: number): void {
  effects.push({ kind: 'arm', timer, at: world.now + delayMs, onlyIfIdle: true })
}

export function disarm({ effects }: Turn, timer: string): void {
  effects.push({ kind: 'disarm', timer })
}

export function note({ effects }: Turn, what: Note): void {
  effects.push({ kind: 'note', note: what })
}
