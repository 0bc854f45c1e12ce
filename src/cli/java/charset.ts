/** Java's character sets by their names, as far as they turn bytes into text. */
import { JavaError } from './errors.ts'

export type Decode = (bytes: Uint8Array) => string

/** Throws as Java does for a name that no character set can have (an empty one among them), and for one that it does not know. */
export function charsetNamed(name: string): Decode {
  if (!/^[A-Za-z0-9][A-Za-z0-9+:_.-]*$/.test(name)) {
    throw new JavaError('java.nio.charset.IllegalCharsetNameException', name)
  }
  const lower = name.toLowerCase().replace('_', '-')
  const known = Object.hasOwn(own, lower) ? own[lower] : undefined
  if (known !== undefined) return known
  const label = webNames[lower] ?? lower
  if (ambiguous.test(label)) throw unsupported(name)
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true })
    return (bytes) => decoder.decode(bytes)
  } catch (cause) {
    throw unsupported(name, cause)
  }
}

const utf8: Decode = (bytes) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
const latin1: Decode = (bytes) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

// The Web calls these by the names of other sets, which have characters where they have none.
const own: { readonly [name: string]: Decode } = {
  'utf-8': utf8,
  utf8,
  'iso-8859-1': latin1,
  iso8859_1: latin1,
  'iso8859-1': latin1,
  latin1,
  'us-ascii': (bytes) => latin1(bytes).replace(/[\x80-\xff]/g, '\ufffd'),
  ascii: (bytes) => latin1(bytes).replace(/[\x80-\xff]/g, '\ufffd'),
  'utf-16': utf16,
  utf16,
}

const webNames: { readonly [name: string]: string } = {
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  sjis: 'shift_jis',
  'shift-jis': 'shift_jis',
  'euc-jp': 'euc-jp',
  'koi8-r': 'koi8-r',
}

// Labels of the Web that are no names in Java.
const ambiguous = /^(unicode|x-user-defined|x-mac|replacement|l\d|ms_kanji|logical|visual)/

/** Big-endian where no mark says otherwise. */
function utf16(bytes: Uint8Array): string {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
  const isMarked = isLittle || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const decoder = new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { ignoreBOM: true })
  return decoder.decode(isMarked ? bytes.subarray(2) : bytes)
}

function unsupported(name: string, cause?: unknown): JavaError {
  return new JavaError('java.nio.charset.UnsupportedCharsetException', name, { cause })
}
