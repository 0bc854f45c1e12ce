import { javaDouble } from '../../../base/java-double.ts'
import { charsetNamed } from '../../java/charset.ts'
import { configError, illegalArgument, JavaError } from '../../java/errors.ts'
import type { Deserialize } from './default.ts'

/**
 * Kafka's own deserializers, by class, as far as their result has a text. What comes out is Java's `toString` of it.
 * Properties with the prefix of the deserializer (`value.deserializer.`) are its settings.
 */
export function deserializerOf(
  name: string,
  properties: ReadonlyMap<string, string>,
  prefix: string,
): Deserialize {
  const simple = name.startsWith(serialization) ? name.slice(serialization.length) : ''
  if (simple === 'StringDeserializer') return stringDeserializer(properties, prefix)
  if (simple === 'ListDeserializer') {
    throw configError(
      'Not able to determine the list class because it was neither passed via the constructor nor set in the config.',
    )
  }
  const known = Object.hasOwn(deserializers, simple) ? deserializers[simple] : undefined
  if (known !== undefined) return known
  throw noDeserializer(name, simple)
}

/** What Java says of a class that is none, as far as these tools know it: of its own, and of those beside the deserializers. */
function noDeserializer(name: string, simple: string): JavaError {
  if (/^(Des|S)erializer$|^Serde$/.test(simple)) {
    return new JavaError('java.lang.NoSuchMethodException', `${name}.<init>()`)
  }
  const isBeside = simple === 'Serdes' || serializers.includes(simple)
  if (!isBeside && !/^java\.(lang|util)\./.test(name)) {
    return new JavaError('java.lang.ClassNotFoundException', name)
  }
  const app = "in unnamed module of loader 'app'"
  const where = isBeside
    ? `${name} and ${serialization}Deserializer are ${app}`
    : `${name} is in module java.base of loader 'bootstrap'; ${serialization}Deserializer is ${app}`
  return new JavaError(
    'java.lang.ClassCastException',
    `class ${name} cannot be cast to class ${serialization}Deserializer (${where})`,
  )
}

const serialization = 'org.apache.kafka.common.serialization.'

const deserializers: { readonly [name: string]: Deserialize } = {
  ShortDeserializer: (bytes) => String(sized(bytes, 2, 'Short').readInt16BE()),
  IntegerDeserializer: (bytes) => String(sized(bytes, 4, 'Integer').readInt32BE()),
  LongDeserializer: (bytes) => String(sized(bytes, 8, 'Long').readBigInt64BE()),
  // The messages of these two do not name them.
  FloatDeserializer: (bytes) => javaFloat(sized(bytes, 4, '').readFloatBE()),
  DoubleDeserializer: (bytes) => javaDouble(sized(bytes, 8, '').readDoubleBE()),
  BooleanDeserializer: boolean,
  UUIDDeserializer: uuid,
  BytesDeserializer: bytesText,
  ByteBufferDeserializer: (bytes) =>
    `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]`,
  // Java prints the array's identity, which says nothing; the bytes say more.
  ByteArrayDeserializer: (bytes) => Buffer.from(bytes).toString(),
  VoidDeserializer: () => {
    throw illegalArgument('Data should be null for a VoidDeserializer.')
  },
}

const serializers = ['String', 'List', ...Object.keys(deserializers)].map((each) =>
  each.replace(/Deserializer$|$/, 'Serializer'),
)

function serializationError(message: string, cause?: unknown): JavaError {
  const exception = 'org.apache.kafka.common.errors.SerializationException'
  return new JavaError(exception, message, { cause })
}

function sized(bytes: Uint8Array, size: number, type: string): Buffer {
  if (bytes.length !== size) {
    throw serializationError(`Size of data received by ${type}Deserializer is not ${size}`)
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, size)
}

function boolean(bytes: Uint8Array): string {
  const [byte] = sized(bytes, 1, 'Boolean')
  if (byte === 0) return 'false'
  if (byte === 1) return 'true'
  throw serializationError(
    `Unexpected byte received by BooleanDeserializer: ${(byte! << 24) >> 24}`,
  )
}

function uuid(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString()
  const parts = text.split('-')
  if (parts.length !== 5 || !parts.every((part) => /^[0-9a-fA-F]+$/.test(part))) {
    throw serializationError('Error parsing data into UUID')
  }
  const widths = [8, 4, 4, 4, 12]
  return parts
    .map((part, i) => part.slice(-widths[i]!).padStart(widths[i]!, '0').toLowerCase())
    .join('-')
}

// Printable characters as they are, all others, and the backslash, as \xNN.
function bytesText(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
}

const floatDigitsMax = 9

// The shortest decimal that is this float again, in Java's notation.
function javaFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 1; digits < floatDigitsMax; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return javaDouble(candidate)
  }
  return javaDouble(Number(value.toPrecision(floatDigitsMax)))
}

/** Which encoding is asked for; headers have the name of the value's. */
function encodingOf(properties: ReadonlyMap<string, string>, prefix: string): string {
  const side = prefix.startsWith('key') ? 'key' : 'value'
  return (
    properties.get(`${prefix}.${side}.deserializer.encoding`) ??
    properties.get(`${prefix}.deserializer.encoding`) ??
    'UTF-8'
  )
}

function stringDeserializer(properties: ReadonlyMap<string, string>, prefix: string): Deserialize {
  const name = encodingOf(properties, prefix)
  try {
    return charsetNamed(name)
  } catch (cause) {
    throw serializationError(`Unsupported encoding ${name}`, cause)
  }
}
