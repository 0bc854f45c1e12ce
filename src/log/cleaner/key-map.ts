import { murmur3 } from '../../base/murmur3.ts'

/**
 * The latest offset of every key, by the key's hash of 128 bits: 24 bytes for each, whatever the keys' length. It grows up to
 * the memory that it was given, and then takes no more keys.
 *
 * Offsets count from `baseOffset`, so that they are exact numbers.
 */
export class KeyMap {
  readonly baseOffset: bigint
  readonly #seed: number
  readonly #slotsMax: number
  readonly #hash = new Uint32Array(hashWords)
  #slots: number
  #hashes: Uint32Array
  #offsets: Float64Array
  #count = 0

  constructor({ baseOffset, memoryBytes, seed }: KeyMapOptions) {
    this.baseOffset = baseOffset
    this.#seed = seed | 0
    this.#slotsMax = powerBelow(Math.max(slotsFirst, Math.floor(memoryBytes / slotBytes)))
    this.#slots = Math.min(slotsFirst, this.#slotsMax)
    this.#hashes = new Uint32Array(hashWords * this.#slots)
    this.#offsets = new Float64Array(this.#slots).fill(absent)
  }

  get size(): number {
    return this.#count
  }

  /** Whether one more key may not find room. */
  get full(): boolean {
    return this.#slots === this.#slotsMax && this.#count + 1 > this.#slots * loadMax
  }

  /** Remembers the offset, which is later than all before, for the key. */
  put(bytes: Uint8Array, start: number, end: number, offset: number): void {
    if (this.#count + 1 > this.#slots * loadMax && this.#slots < this.#slotsMax) this.#grow()
    murmur3(bytes, start, end, this.#seed, this.#hash)
    const slot = this.#slotOf(this.#hash)
    if (this.#offsets[slot] === absent) {
      this.#count++
      this.#hashes.set(this.#hash, slot * hashWords)
    }
    this.#offsets[slot] = offset
  }

  /** −1 for a key that is not there. */
  get(bytes: Uint8Array, start: number, end: number): number {
    murmur3(bytes, start, end, this.#seed, this.#hash)
    return this.#offsets[this.#slotOf(this.#hash)]!
  }

  /** Of the hash, or the free one where it belongs. */
  #slotOf(hash: Uint32Array): number {
    const hashes = this.#hashes
    const mask = this.#slots - 1
    let slot = hash[0]! & mask
    while (this.#offsets[slot] !== absent) {
      const at = slot * hashWords
      if (
        hashes[at] === hash[0] &&
        hashes[at + 1] === hash[1] &&
        hashes[at + 2] === hash[2] &&
        hashes[at + 3] === hash[3]
      ) {
        break
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const hashes = this.#hashes
    const offsets = this.#offsets
    this.#slots *= 2
    this.#hashes = new Uint32Array(hashWords * this.#slots)
    this.#offsets = new Float64Array(this.#slots).fill(absent)
    for (let old = 0; old < offsets.length; old++) {
      if (offsets[old] === absent) continue
      const hash = hashes.subarray(old * hashWords, (old + 1) * hashWords)
      const slot = this.#slotOf(hash)
      this.#hashes.set(hash, slot * hashWords)
      this.#offsets[slot] = offsets[old]!
    }
  }
}

export interface KeyMapOptions {
  readonly baseOffset: bigint
  readonly memoryBytes: number
  /** From chance, so that nobody can choose keys that fall together. */
  readonly seed: number
}

const hashWords = 4
const slotBytes = 24
const slotsFirst = 1024
const absent = -1
/** log.cleaner.io.buffer.load.factor's place: above it the probing becomes long. */
const loadMax = 0.75

function powerBelow(number: number): number {
  return 2 ** Math.floor(Math.log2(number))
}
