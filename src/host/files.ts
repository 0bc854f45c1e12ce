import { readFileSync } from 'node:fs'

/** A whole file that a person named, as text. */
export function readTextFile(path: string): string {
  return readFileSync(path, 'utf8')
}

/** The same, as bytes. */
export function readBinaryFile(path: string): Uint8Array {
  return readFileSync(path)
}
