import { randomBytes } from 'node:crypto'

/** The door to chance. */
export interface Random {
  /** At least 0, below 1. */
  number(): number
  bytes(size: number): Uint8Array
}

export const systemRandom: Random = {
  number: () => Math.random(),
  bytes: (size) => randomBytes(size),
}
