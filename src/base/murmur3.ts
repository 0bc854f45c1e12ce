/**
 * MurmurHash3 x86_128 (Austin Appleby, public domain): 128 bits that tell keys apart where the keys themselves would take too
 * much room. The four words go to `into`, since a result of its own for each key would cost more than the hash.
 */
export function murmur3(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  into: Uint32Array,
): void {
  let h1 = seed
  let h2 = seed
  let h3 = seed
  let h4 = seed
  const size = end - start
  const blocksEnd = start + (size & ~15)
  let at = start
  for (; at < blocksEnd; at += 16) {
    h1 ^= Math.imul(rotated(Math.imul(word(bytes, at), c1), 15), c2)
    h1 = (Math.imul((rotated(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
    h2 ^= Math.imul(rotated(Math.imul(word(bytes, at + 4), c2), 16), c3)
    h2 = (Math.imul((rotated(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
    h3 ^= Math.imul(rotated(Math.imul(word(bytes, at + 8), c3), 17), c4)
    h3 = (Math.imul((rotated(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
    h4 ^= Math.imul(rotated(Math.imul(word(bytes, at + 12), c4), 18), c1)
    h4 = (Math.imul((rotated(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
  }
  if (at < end) {
    h1 ^= Math.imul(rotated(Math.imul(tail(bytes, at, end), c1), 15), c2)
    h2 ^= Math.imul(rotated(Math.imul(tail(bytes, at + 4, end), c2), 16), c3)
    h3 ^= Math.imul(rotated(Math.imul(tail(bytes, at + 8, end), c3), 17), c4)
    h4 ^= Math.imul(rotated(Math.imul(tail(bytes, at + 12, end), c4), 18), c1)
  }
  h1 ^= size
  h2 ^= size
  h3 ^= size
  h4 ^= size
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finished(h1)
  h2 = finished(h2)
  h3 = finished(h3)
  h4 = finished(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  into[0] = h1
  into[1] = h2 + h1
  into[2] = h3 + h1
  into[3] = h4 + h1
}

const c1 = 0x239b961b
const c2 = 0xab0e9789 | 0
const c3 = 0x38b34ae5
const c4 = 0xa1e38b93 | 0

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** A word of which only some bytes are there. */
function tail(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let i = Math.min(at + 4, end) - 1; i >= at; i--) value = (value << 8) | bytes[i]!
  return value
}

function finished(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
