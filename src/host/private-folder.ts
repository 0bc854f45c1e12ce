import { chmodSync, mkdirSync, statSync } from 'node:fs'

const ownerOnly = 0o700
const others = 0o077

/** A folder into which nobody else can look, with its parents. Throws where it belongs to another user. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: ownerOnly })
  const { uid, mode } = statSync(path)
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new Error(`${path} belongs to another user`)
  }
  if ((mode & others) !== 0) chmodSync(path, ownerOnly)
}
