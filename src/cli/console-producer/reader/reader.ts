import { JavaError } from '../../java/errors.ts'
import { javaPattern } from '../../java/regex/pattern.ts'
import { isJavaTrue } from '../../java/text.ts'

/** How a line is taken apart: `headers<delimiter>key<separator>value`, each part only if it is wanted. */
export type ReaderSettings = {
  readonly parseKey: boolean
  readonly keySeparator: Uint8Array
  readonly parseHeaders: boolean
  readonly headersDelimiter: Uint8Array
  /** Null where it is a regular expression that stands for more than itself. */
  readonly headersSeparator: Uint8Array | null
  /** A regular expression, as in Kafka's tool. */
  readonly splitHeaders: (text: string) => string[]
  readonly headersKeySeparator: string
  readonly ignoreError: boolean
  readonly nullMarker: string | null
}

export function kafkaException(message: string): JavaError {
  return new JavaError('org.apache.kafka.common.KafkaException', message)
}

/** Reads the properties of Kafka's LineMessageReader; throws where two separators cannot be told apart. */
export function readerSettings(properties: ReadonlyMap<string, string>): ReaderSettings {
  const keySeparator = properties.get('key.separator') ?? '\t'
  const delimiter = properties.get('headers.delimiter') ?? '\t'
  const separator = properties.get('headers.separator') ?? ','
  const headersKeySeparator = properties.get('headers.key.separator') ?? ':'
  const nullMarker = properties.get('null.marker') ?? null
  const pattern = javaPattern(separator)
  ensureApart('headers.delimiter', delimiter, 'headers.separator', separator)
  ensureApart('headers.delimiter', delimiter, 'headers.key.separator', headersKeySeparator)
  ensureApart('headers.separator', separator, 'headers.key.separator', headersKeySeparator)
  if (nullMarker !== null) {
    ensureApart('null.marker', nullMarker, 'key.separator', keySeparator)
    ensureApart('null.marker', nullMarker, 'headers.separator', separator)
    ensureApart('null.marker', nullMarker, 'headers.delimiter', delimiter)
    ensureApart('null.marker', nullMarker, 'headers.key.separator', headersKeySeparator)
  }
  return {
    parseKey: isJavaTrue(properties.get('parse.key')),
    keySeparator: Buffer.from(keySeparator),
    parseHeaders: isJavaTrue(properties.get('parse.headers')),
    headersDelimiter: Buffer.from(delimiter),
    headersSeparator: literal.test(separator) ? Buffer.from(separator) : null,
    splitHeaders: pattern.split,
    headersKeySeparator,
    ignoreError: isJavaTrue(properties.get('ignore.error')),
    nullMarker,
  }
}

const literal = /^[^\\.[\]{}()*+?^$|]+$/

function ensureApart(name: string, value: string, otherName: string, other: string): void {
  if (value === other) throw kafkaException(`${name} and ${otherName} may not be equal`)
}
