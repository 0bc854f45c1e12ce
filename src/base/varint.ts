/**
 * Protocol Buffers' varints as Kafka uses them: seven bits a byte, the lowest first, the top bit says that more follow.
 *
 *   unsigned varint   lengths of the flexible protocol (KIP-482)        at most 5 bytes
 *   varint            zigzag int32: (n << 1) ^ (n >> 31)                at most 5 bytes
 *   varlong           zigzag int64: (n << 1) ^ (n >> 63)                at most 10 bytes
 *
 * As in Kafka, a form longer than needed is read, and so are bits of the last byte that do not fit.
 */

/** Where a reader stands: the readers below move `position`, and never read at or behind `end`. */
export interface Place {
  bytes: Uint8Array
  position: number
  end: number
}

/** `underflow`: the bytes end inside the number; `long`: it goes on after its last permitted byte. */
export class VarintError extends Error {
  override name = 'VarintError'
  readonly fault: 'underflow' | 'long'

  constructor(fault: 'underflow' | 'long') {
    super(fault === 'long' ? 'a varint of too many bytes' : 'the bytes end inside a varint')
    this.fault = fault
  }
}

export function readVarint(place: Place): number {
  const raw = readUnsignedVarint(place)
  return (raw >>> 1) ^ -(raw & 1)
}

/** As an int32's bits: what is above 2³¹ − 1 comes out negative, like Kafka's own reader. */
export function readUnsignedVarint(place: Place): number {
  const { bytes, end } = place
  let { position } = place
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    if (position >= end) throw new VarintError('underflow')
    const byte = bytes[position++]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      place.position = position
      return value
    }
  }
  throw new VarintError('long')
}

/** Exact up to 2⁵³ and the nearest double beyond: `readVarlongExactly` is for the few who meet such numbers. */
export function readVarlong(place: Place): number {
  const { bytes, end } = place
  let { position } = place
  let value = 0
  let scale = 1
  for (let count = 0; count < 7; count++) {
    if (position >= end) throw new VarintError('underflow')
    const byte = bytes[position++]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      place.position = position
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    scale *= 128
  }
  return Number(readVarlongExactly(place))
}

export function readVarlongExactly(place: Place): bigint {
  const { bytes, end } = place
  let { position } = place
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (position >= end) throw new VarintError('underflow')
    const byte = bytes[position++]!
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) {
      place.position = position
      const raw = BigInt.asUintN(64, value)
      return (raw & 1n) === 0n ? raw >> 1n : -(raw >> 1n) - 1n
    }
  }
  throw new VarintError('long')
}

export function varintSize(value: number): number {
  return unsignedVarintSize((value << 1) ^ (value >> 31))
}

export function unsignedVarintSize(value: number): number {
  const raw = value >>> 0
  if (raw < 0x80) return 1
  if (raw < 0x4000) return 2
  if (raw < 0x200000) return 3
  return raw < 0x10000000 ? 4 : 5
}

/** A number has to be an integer that a double holds exactly. Zigzag takes one of the first byte's seven bits for the sign. */
export function varlongSize(value: number | bigint): number {
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) return wideSize(value)
  let rest = value < 0 ? -Number(value) - 1 : Number(value)
  let size = 1
  while (rest >= 0x40) {
    rest = Math.floor(rest / 0x80)
    size++
  }
  return size
}

function wideSize(value: bigint): number {
  let rest = (value < 0n ? -value - 1n : value) >> 6n
  let size = 1
  for (; rest > 0n; rest >>= 7n) size++
  return size
}

/** Writes and returns the position behind it; so do the others. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  return writeUnsignedVarint(bytes, at, (value << 1) ^ (value >> 31))
}

export function writeUnsignedVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >>> 0
  let position = at
  while (rest > 0x7f) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}

export function writeVarlong(bytes: Uint8Array, at: number, value: number | bigint): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(bytes, at, Number(value))
  const wide = BigInt(value)
  let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
  let position = at
  while (rest > 0x7fn) {
    bytes[position++] = Number(rest & 0x7fn) | 0x80
    rest >>= 7n
  }
  bytes[position++] = Number(rest)
  return position
}
