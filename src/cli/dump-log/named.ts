import type { PooledFile } from '../../log/open-files.ts'
import { JavaError } from '../java/errors.ts'

/** A file as it was named on the command line, and where it lies. */
export type Named = {
  /** As given. */
  file: string
  /** The last part. */
  name: string
  /** Absolute. */
  path: string
  /** Refuses a file that is not there. */
  open(): PooledFile
  /** The file of another kind beside it: `sibling('.log')`; it may be missing. */
  sibling(suffix: string): { path: string; exists: boolean; open(): PooledFile }
}

/** The offset that a name begins with, as lenient as Kafka: up to the first dot, of any length. */
export function offsetInName(name: string): bigint {
  const text = name.split('.')[0]!
  if (!/^[+-]?\d+$/.test(text)) {
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`)
  }
  return BigInt(text.replace('+', ''))
}

export function noSuchFile(path: string): JavaError {
  return new JavaError('java.nio.file.NoSuchFileException', path)
}
