/**
 * Java's SplittableRandom, by the same numbers: a counter of 64 bits whose values are mixed well (Steele, Lea, Flood 2014). In halves of
 * 32 bits, because a bigint for every byte of a payload takes twenty times as long.
 */
const gammaHigh = 0x9e3779b9
const gammaLow = 0x7f4a7c15

export class SplittableRandom {
  #high: number
  #low: number

  constructor(seed: bigint) {
    this.#high = Number((seed >> 32n) & 0xffffffffn)
    this.#low = Number(seed & 0xffffffffn)
  }

  /** From 0 up to, and without, `bound`. */
  nextInt(bound: number): number {
    const mask = bound - 1
    if ((bound & mask) === 0) return this.#next() & mask
    for (;;) {
      const drawn = this.#next() >>> 1
      const found = drawn % bound
      // What lies in the last, shorter stretch would come up too often.
      if (drawn + mask - found <= 0x7fffffff) return found
    }
  }

  #next(): number {
    const low = this.#low + gammaLow
    const carry = low > 0xffffffff ? 1 : 0
    this.#low = low >>> 0
    this.#high = (this.#high + gammaHigh + carry) >>> 0
    return mixed(this.#high, this.#low)
  }
}

/** (z ^ z>>>33) · 0x62a9d9ed799705f5, then (z ^ z>>>28) · 0xcb24d0a5c88c35b3, of which the upper half. */
function mixed(high: number, low: number): number {
  const first = low ^ (high >>> 1)
  const middleHigh =
    (highOf(first, 0x799705f5) + Math.imul(high, 0x799705f5) + Math.imul(first, 0x62a9d9ed)) | 0
  const middleLow = Math.imul(first, 0x799705f5)
  const secondHigh = middleHigh ^ (middleHigh >>> 28)
  const secondLow = middleLow ^ ((middleLow >>> 28) | (middleHigh << 4))
  return (
    (highOf(secondLow, 0xc88c35b3) +
      Math.imul(secondHigh, 0xc88c35b3) +
      Math.imul(secondLow, 0xcb24d0a5)) |
    0
  )
}

/** The upper 32 bits of the product of two unsigned halves. */
function highOf(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [(a >>> 16) & 0xffff, a & 0xffff, b >>> 16, b & 0xffff]
  const lowest = aLow * bLow
  const middle = aHigh * bLow + (lowest >>> 16)
  const other = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)) | 0
}
