/**
 * Strings and uuids that were read lately. Topic names and ids come in every request, and a call into the
 * runtime that makes a string costs more than to look whether it is one we know; besides, a string that is met again
 * carries its hash along, which makes every Map of topics faster. The tables never grow.
 */
export const shortStringMax = 64

const stringSlots = 1024
const strings: string[] = new Array(stringSlots).fill('')

/** `length` is at most `shortStringMax`, and the bytes are there. */
export function readShortString(buffer: Buffer, at: number, length: number): string {
  if (length === 0) return ''
  const slot = stringSlot(buffer, at, length)
  const known = strings[slot]!
  if (known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === buffer[at + i]) i++
    // A byte above 0x7f is no character by itself: only ASCII gets into the table, so it never compares as equal.
    if (i === length) return known
  }
  const text = buffer.utf8Slice(at, at + length)
  if (isAscii(buffer, at, length)) strings[slot] = text
  return text
}

// The first and the last bytes tell most names apart; a collision only costs the call that was to be saved.
function stringSlot(buffer: Buffer, at: number, length: number): number {
  const end = at + length
  let hash = Math.imul(length, 0x9e3779b1) ^ buffer[at]! ^ (buffer[at + (length >> 1)]! << 8)
  for (let i = length > 6 ? end - 6 : at; i < end; i++) hash = Math.imul(hash, 31) + buffer[i]!
  return (hash ^ (hash >>> 15)) & (stringSlots - 1)
}

function isAscii(buffer: Buffer, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (buffer[i]! > 0x7f) return false
  return true
}

const uuidSlots = 1024
const uuidTexts: string[] = new Array(uuidSlots).fill('AAAAAAAAAAAAAAAAAAAAAA')
const uuidWords = new Int32Array(4 * uuidSlots)

/** Kafka's 22 characters for the 16 bytes at `at`. */
export function readUuid(buffer: Buffer, view: DataView, at: number): string {
  const a = view.getInt32(at)
  const b = view.getInt32(at + 4)
  const c = view.getInt32(at + 8)
  const d = view.getInt32(at + 12)
  const hash = Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 961) ^ d, 0x9e3779b1)
  const slot = hash >>> 22
  const first = 4 * slot
  if (
    uuidWords[first] === a &&
    uuidWords[first + 1] === b &&
    uuidWords[first + 2] === c &&
    uuidWords[first + 3] === d
  ) {
    return uuidTexts[slot]!
  }
  const text = buffer.base64urlSlice(at, at + 16)
  uuidWords[first] = a
  uuidWords[first + 1] = b
  uuidWords[first + 2] = c
  uuidWords[first + 3] = d
  uuidTexts[slot] = text
  return text
}
