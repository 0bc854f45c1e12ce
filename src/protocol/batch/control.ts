import { int16At, setInt16 } from '../../base/bytes.ts'

/** The kinds of control records by their number; the key is `| version int16 | type int16 |`, the value a message of its own. */
export const controlTypes = [
  'ABORT',
  'COMMIT',
  'LEADER_CHANGE',
  'SNAPSHOT_HEADER',
  'SNAPSHOT_FOOTER',
  'KRAFT_VERSION',
  'KRAFT_VOTERS',
] as const
export type ControlType = (typeof controlTypes)[number]

const keySize = 4

/** Null for a type of the future, which a reader passes over. */
export function controlTypeOf(key: Uint8Array): ControlType | null {
  return key.length < keySize ? null : (controlTypes[int16At(key, 2)] ?? null)
}

export function controlKey(type: ControlType): Uint8Array {
  const key = new Uint8Array(keySize)
  setInt16(key, 2, controlTypes.indexOf(type))
  return key
}
