import { parseProperties } from '../../base/properties.ts'
import { readTextFile } from '../../host/files.ts'
import { illegalArgument, JavaError } from '../java/errors.ts'

/** Reads a .properties file that the command line names; throws what Java throws when it cannot. */
export function readProperties(path: string): Map<string, string> {
  const text = readNamedFile(path)
  try {
    return parseProperties(text)
  } catch (cause) {
    throw illegalArgument(cause instanceof Error ? cause.message : String(cause))
  }
}

export function readNamedFile(path: string): string {
  return readNamed(path, readTextFile)
}

/** `read` with a file that a person named; throws what Java throws when it cannot be read. */
export function readNamed<T>(path: string, read: (path: string) => T): T {
  try {
    // Java takes an empty path for the folder it runs in.
    return read(path === '' ? '.' : path)
  } catch (cause) {
    throw fileError(path, cause)
  }
}

function fileError(path: string, cause: unknown): JavaError {
  switch ((cause as { code?: string }).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new JavaError('java.nio.file.NoSuchFileException', path)
    case 'EACCES':
    case 'EPERM':
      return new JavaError('java.nio.file.AccessDeniedException', path)
    case 'EISDIR':
      return new JavaError('java.io.IOException', 'Is a directory')
    default:
      return new JavaError('java.io.IOException', String((cause as Error).message))
  }
}

/** `--command-property name=value`: split at the first `=`; without one the value is empty. */
export function parsePairs(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const equals = text.indexOf('=')
      return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
    }),
  )
}
