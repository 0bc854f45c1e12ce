import { illegalArgument } from './errors.ts'

const uuidSize = 16
const uuidTextMax = 24

/** Reads an id as Kafka's Uuid.fromString does. */
export function parseUuid(text: string): string {
  if (text.length > uuidTextMax) {
    throw illegalArgument(
      `Input string with prefix \`${text.slice(0, uuidTextMax)}\` is too long to be decoded as a base64 UUID`,
    )
  }
  const wrong = /[^A-Za-z0-9_-]/.exec(text.replace(/={0,2}$/, ''))
  if (wrong !== null) {
    throw illegalArgument(`Illegal base64 character ${wrong[0].charCodeAt(0).toString(16)}`)
  }
  if (text.length === 1) {
    throw illegalArgument('Input byte[] should at least have 2 bytes for base64 bytes')
  }
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== uuidSize) {
    throw illegalArgument(
      `Input string \`${text}\` decoded as ${bytes.length} bytes, which is not equal to the expected ${uuidSize} bytes of a base64-encoded UUID`,
    )
  }
  return bytes.toString('base64url')
}
