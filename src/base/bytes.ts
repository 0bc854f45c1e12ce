/**
 * Copies, and big-endian integers, in any Uint8Array. Node's Buffer has such methods, but a view would have to be made for a plain
 * array, and its argument checks cost more than the reading does.
 */
export function int16At(bytes: Uint8Array, at: number): number {
  return (((bytes[at]! << 8) | bytes[at + 1]!) << 16) >> 16
}

export function int32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

export function uint32At(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) >>> 0
}

export function int64At(bytes: Uint8Array, at: number): bigint {
  const high = int32At(bytes, at)
  const low = uint32At(bytes, at + 4)
  // What a double holds exactly (every offset and time of practice) becomes a bigint in one step instead of three.
  if (high >= -0x200000 && high < 0x200000) return BigInt(high * 0x100000000 + low)
  return (BigInt(high) << 32n) | BigInt(low)
}

export function setInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

export function setInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

export function setInt64(bytes: Uint8Array, at: number, value: bigint): void {
  const number = Number(value)
  // As above: what a double holds exactly needs no arithmetic on bigints.
  if (number >= -Number.MAX_SAFE_INTEGER && number <= Number.MAX_SAFE_INTEGER) {
    setInt32(bytes, at, Math.floor(number / 0x100000000))
    setInt32(bytes, at + 4, number | 0)
    return
  }
  setInt32(bytes, at, Number(BigInt.asIntN(32, value >> 32n)))
  setInt32(bytes, at + 4, Number(BigInt.asIntN(32, value)))
}

// From here on a copy in native code is faster than a loop, its call included.
const nativeCopyMin = 48

/** Copies a slice and tells where it ends. */
export function copyInto(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  const size = end - start
  if (size >= nativeCopyMin) {
    target.set(start === 0 && end === source.length ? source : source.subarray(start, end), at)
    return at + size
  }
  let position = at
  for (let from = start; from < end; ) target[position++] = source[from++]!
  return position
}
