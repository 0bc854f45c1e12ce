/**
 * Reads lines of JSON as `RecordJsonWriter` writes them, byte by byte and in place: no string comes to be, and no object. What is
 * written in another way (base64, a field that is a wonder, numbers with a fraction, faults above all) it leaves to `readRecordJson`,
 * which knows what to say.
 */
import type { HeaderBytes } from '../../protocol/batch/header-bytes.ts'
import { unescapeInPlace } from './unescape.ts'

const fields = [
  ...['topic', 'partition', 'offset', 'leaderEpoch', 'timestamp', 'timestampType'],
  ...['key', 'value', 'headers'],
] as const
const names = fields.map((name) => Buffer.from(`"${name}"`))
const nameOfKey = names[fields.indexOf('key')]!
const nameOfValue = names[fields.indexOf('value')]!
const nullWord = Buffer.from('null')
const simpleEscapes = new Set(Buffer.from('"\\/bfnrt'))

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const open = { brace: 0x7b, bracket: 0x5b }
const close = { brace: 0x7d, bracket: 0x5d }
// With as many digits a number is exact, and so is what is made of it on the way.
const digitsMax = 15
const int32Max = 0x7fffffff
/** Of a header: start, end and whether there are escapes, of its key and of its value. */
const headerWidth = 6

export class RecordScanner {
  /** −1 for none; so below. */
  timestamp = -1
  partition = -1
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  headerCount = 0
  #source: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0
  /** Of the string or null that was read last. */
  #start = -1
  #stop = -1
  #isEscaped = false
  #isKeyEscaped = false
  #isValueEscaped = false
  #number = 0
  #headers = new Int32Array(16 * headerWidth)

  /** False where the line is not as simple as that; nothing has been changed then. */
  scan(source: Uint8Array, start: number, end: number): boolean {
    this.#source = source
    this.#at = start
    this.#end = end
    this.timestamp = this.partition = -1
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = -1
    this.headerCount = 0
    this.#isKeyEscaped = this.#isValueEscaped = false
    if (!this.#byte(open.brace)) return false
    let expected = 0
    do {
      const field = this.#field(expected)
      if (field < 0 || !this.#byte(colon)) return false
      this.#blanks()
      if (!this.#value(field)) return false
      expected = field + 1
    } while (this.#byte(comma))
    return this.#byte(close.brace) && this.#isAtEnd()
  }

  /** After `scan`: undoes escapes in the line itself, and appends the headers. */
  settle(headers: HeaderBytes): void {
    const source = this.#source
    if (this.#isKeyEscaped) this.keyEnd = unescapeInPlace(source, this.keyStart, this.keyEnd)
    if (this.#isValueEscaped) {
      this.valueEnd = unescapeInPlace(source, this.valueStart, this.valueEnd)
    }
    for (let at = 0; at < this.headerCount * headerWidth; at += 3) {
      const start = this.#headers[at]!
      const stop = this.#headers[at + 1]!
      const isEscaped = this.#headers[at + 2] === 1
      headers.part(source, start, isEscaped ? unescapeInPlace(source, start, stop) : stop)
    }
  }

  #value(field: number): boolean {
    switch (fields[field]) {
      case 'topic':
      case 'timestampType':
        return this.#text()
      case 'offset':
      case 'leaderEpoch':
        return this.#integer()
      case 'timestamp':
        if (!this.#wordNull() && !this.#integer()) return false
        this.timestamp = this.#number
        return true
      case 'partition':
        if (this.#wordNull()) this.partition = -1
        else {
          if (!this.#integer() || this.#number < 0 || this.#number > int32Max) return false
          this.partition = this.#number
        }
        return true
      case 'key':
        if (!this.#textOrNull()) return false
        this.keyStart = this.#start
        this.keyEnd = this.#stop
        this.#isKeyEscaped = this.#isEscaped
        return true
      case 'value':
        if (!this.#textOrNull()) return false
        this.valueStart = this.#start
        this.valueEnd = this.#stop
        this.#isValueEscaped = this.#isEscaped
        return true
      case 'headers':
        return this.#headerList()
      default:
        return false
    }
  }

  #headerList(): boolean {
    this.headerCount = 0
    if (!this.#byte(open.bracket)) return false
    if (this.#byte(close.bracket)) return true
    do {
      const at = this.headerCount * headerWidth
      if (at === this.#headers.length) this.#grow()
      if (!this.#byte(open.brace) || !this.#named(nameOfKey) || !this.#text()) return false
      this.#noteHeader(at)
      if (!this.#byte(comma) || !this.#named(nameOfValue) || !this.#textOrNull()) return false
      this.#noteHeader(at + 3)
      if (!this.#byte(close.brace)) return false
      this.headerCount++
    } while (this.#byte(comma))
    return this.#byte(close.bracket)
  }

  #noteHeader(at: number): void {
    this.#headers[at] = this.#start
    this.#headers[at + 1] = this.#stop
    this.#headers[at + 2] = this.#isEscaped ? 1 : 0
  }

  #grow(): void {
    const bigger = new Int32Array(this.#headers.length * 2)
    bigger.set(this.#headers)
    this.#headers = bigger
  }

  #named(name: Uint8Array): boolean {
    this.#blanks()
    if (!this.#bytes(name) || !this.#byte(colon)) return false
    this.#blanks()
    return true
  }

  /** Which field's name stands here, tried from the one that comes next as we write them; −1 for none. */
  #field(expected: number): number {
    this.#blanks()
    for (let i = 0; i < names.length; i++) {
      const field = (expected + i) % names.length
      if (this.#bytes(names[field]!)) return field
    }
    return -1
  }

  #textOrNull(): boolean {
    if (!this.#wordNull()) return this.#text()
    this.#start = this.#stop = -1
    this.#isEscaped = false
    return true
  }

  #wordNull(): boolean {
    if (this.#source[this.#at] !== nullWord[0] || !this.#bytes(nullWord)) return false
    this.#number = -1
    return true
  }

  #text(): boolean {
    const source = this.#source
    const end = this.#end
    let at = this.#at
    if (at >= end || source[at] !== quote) return false
    this.#start = at + 1
    this.#isEscaped = false
    while (++at < end) {
      const byte = source[at]!
      if (byte === quote) {
        this.#stop = at
        this.#at = at + 1
        return true
      }
      if (byte === backslash) {
        const size = escapeSize(source, at, end)
        if (size === 0) return false
        this.#isEscaped = true
        at += size - 1
      } else if (byte < 0x20) return false
    }
    return false
  }

  /** A whole number, −1 being the only negative one. */
  #integer(): boolean {
    const source = this.#source
    const isNegative = source[this.#at] === 0x2d
    const start = isNegative ? this.#at + 1 : this.#at
    let at = start
    let number = 0
    for (; at < this.#end; at++) {
      const digit = source[at]! - 0x30
      if (digit < 0 || digit > 9) break
      number = number * 10 + digit
    }
    const digits = at - start
    if (digits === 0 || digits > digitsMax) return false
    if (digits > 1 && source[start] === 0x30) return false
    if (isNegative && number !== 1) return false
    this.#number = isNegative ? -1 : number
    this.#at = at
    return true
  }

  #byte(wanted: number): boolean {
    this.#blanks()
    if (this.#at >= this.#end || this.#source[this.#at] !== wanted) return false
    this.#at++
    return true
  }

  #bytes(wanted: Uint8Array): boolean {
    const source = this.#source
    const at = this.#at
    if (at + wanted.length > this.#end) return false
    for (let i = 0; i < wanted.length; i++) if (source[at + i] !== wanted[i]) return false
    this.#at = at + wanted.length
    return true
  }

  #blanks(): void {
    const source = this.#source
    while (this.#at < this.#end && (source[this.#at] === 0x20 || source[this.#at] === 0x09))
      this.#at++
  }

  #isAtEnd(): boolean {
    this.#blanks()
    return this.#at === this.#end
  }
}

/** How many bytes an escape has; 0 for what is none. */
function escapeSize(source: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0
  const kind = source[at + 1]!
  if (simpleEscapes.has(kind)) return 2
  if (kind !== 0x75 || at + 6 > end) return 0
  for (let i = at + 2; i < at + 6; i++) if (hexDigit(source[i]!) < 0) return 0
  return 6
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
