/** The bytes that JSON writes in another way, by the letter that stands for them. */
const letters = new Map(
  Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(([letter, meant]) => [
    letter.charCodeAt(0),
    meant.charCodeAt(0),
  ]),
)

const backslash = 0x5c
const letterU = 0x75
const replacement = 0xfffd

/**
 * Replaces the escapes of a JSON string, which are known to be right, by what they stand for, and tells where it ends then: it never
 * becomes longer. Half of a surrogate pair becomes the replacement character, as everywhere.
 */
export function unescapeInPlace(bytes: Uint8Array, start: number, end: number): number {
  let to = start
  for (let from = start; from < end; ) {
    const byte = bytes[from++]!
    if (byte !== backslash) {
      bytes[to++] = byte
      continue
    }
    const kind = bytes[from++]!
    if (kind !== letterU) {
      bytes[to++] = letters.get(kind) ?? kind
      continue
    }
    let codePoint = unitAt(bytes, from)
    from += 4
    if (isHigh(codePoint)) {
      const low =
        from + 6 <= end && bytes[from] === backslash && bytes[from + 1] === letterU
          ? unitAt(bytes, from + 2)
          : 0
      if (isLow(low)) {
        codePoint = 0x10000 + ((codePoint - 0xd800) << 10) + (low - 0xdc00)
        from += 6
      } else codePoint = replacement
    } else if (isLow(codePoint)) codePoint = replacement
    to = writeUtf8(bytes, to, codePoint)
  }
  return to
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000

function unitAt(bytes: Uint8Array, at: number): number {
  let unit = 0
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i]!
    unit = unit * 16 + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57)
  }
  return unit
}

function writeUtf8(bytes: Uint8Array, at: number, codePoint: number): number {
  let to = at
  if (codePoint < 0x80) bytes[to++] = codePoint
  else if (codePoint < 0x800) {
    bytes[to++] = 0xc0 | (codePoint >> 6)
    bytes[to++] = 0x80 | (codePoint & 0x3f)
  } else {
    if (codePoint < 0x10000) bytes[to++] = 0xe0 | (codePoint >> 12)
    else {
      bytes[to++] = 0xf0 | (codePoint >> 18)
      bytes[to++] = 0x80 | ((codePoint >> 12) & 0x3f)
    }
    bytes[to++] = 0x80 | ((codePoint >> 6) & 0x3f)
    bytes[to++] = 0x80 | (codePoint & 0x3f)
  }
  return to
}
