/**
 * Reads JSON as Jackson does for Kafka's tools: what is wrong is told in its words, what follows the value is not looked at, and a
 * number with a point or an exponent is no integer, whatever its value.
 */

/** A whole number is a bigint, any other a number. */
export type Json = null | boolean | string | bigint | number | readonly Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }

/** Jackson's message, without the place. */
export class JsonFault extends Error {
  override name = 'JsonFault'
}

/** Undefined where there is no value at all. */
export function readJackson(text: string): Json | undefined {
  return new Reader(text).document()
}

type Open = { readonly kind: 'Array' | 'Object'; readonly at: number }

const depthMax = 1000
const valueWanted =
  "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
const tokenWanted =
  "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
const noComment =
  "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)"
const noPlus =
  'JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow'

const words: { readonly [word: string]: null | boolean } = { null: null, true: true, false: false }
const nonNumbers = ['NaN', 'Infinity']

class Reader {
  readonly #text: string
  #at = 0
  readonly #open: Open[] = []

  constructor(text: string) {
    this.#text = text
  }

  document(): Json | undefined {
    if (this.#skipBlanks() === '') return undefined
    return this.#value()
  }

  #value(): Json {
    const char = this.#text[this.#at]!
    if (char === '{') return this.#nested('Object', () => this.#object())
    if (char === '[') return this.#nested('Array', () => this.#array())
    if (char === '"') return this.#string()
    if (/[-0-9]/.test(char)) return this.#number()
    if (char === '+') throw unexpected(char, noPlus, ' in numeric value')
    const word = this.#match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/uy)
    if (word !== null) return wordValue(word)
    if (this.#open.length === 0) {
      if (char === '}') throw new JsonFault("Unexpected close marker '}': no open Object to close")
      if (char === ']') throw new JsonFault("Unexpected close marker ']': no open Array to close")
    }
    throw unexpected(this.#char(), valueWanted)
  }

  #nested<T>(kind: Open['kind'], read: () => T): T {
    this.#open.push({ kind, at: this.#at++ })
    const depth = this.#open.length
    if (depth > depthMax) {
      throw new JsonFault(
        `Document nesting depth (${depth}) exceeds the maximum allowed (${depthMax}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`,
      )
    }
    const value = read()
    this.#open.pop()
    return value
  }

  #array(): Json[] {
    const items: Json[] = []
    while (!this.#isClosed(']', items.length === 0)) {
      items.push(this.#value())
    }
    return items
  }

  #object(): JsonObject {
    const fields: { [name: string]: Json } = Object.create(null)
    for (let count = 0; !this.#isClosed('}', count === 0); count++) {
      if (this.#text[this.#at] !== '"') {
        throw unexpected(this.#char(), 'was expecting double-quote to start field name')
      }
      const name = this.#string()
      if (this.#within() !== ':') {
        throw unexpected(this.#char(), 'was expecting a colon to separate field name and value')
      }
      this.#at++
      this.#within()
      fields[name] = this.#value()
    }
    return fields
  }

  /** At the next entry behind its comma, or behind the mark that closes. */
  #isClosed(mark: '}' | ']', isFirst: boolean): boolean {
    const char = this.#skipBlanks()
    const { kind, at } = this.#open.at(-1)!
    if (char === '') {
      throw new JsonFault(
        `Unexpected end-of-input: expected close marker for ${kind} (start marker at ${this.#place(at)})`,
      )
    }
    if (char === mark) {
      this.#at++
      return true
    }
    if (char === '}' || char === ']') {
      throw new JsonFault(
        `Unexpected close marker '${char}': expected '${mark}' (for ${kind} starting at ${this.#place(at)})`,
      )
    }
    if (isFirst) return false
    if (char !== ',') {
      throw unexpected(this.#char(), `was expecting comma to separate ${kind} entries`)
    }
    this.#at++
    this.#within()
    return false
  }

  /** The next character, where something has to come. */
  #within(): string {
    const char = this.#skipBlanks()
    if (char !== '') return char
    throw new JsonFault(`Unexpected end-of-input within/between ${this.#open.at(-1)!.kind} entries`)
  }

  #string(): string {
    let text = ''
    for (this.#at++; ; ) {
      text += this.#match(/[^"\\\x00-\x1f]*/uy)
      const char = this.#text[this.#at]
      if (char === undefined) {
        throw new JsonFault(
          'Unexpected end-of-input: was expecting closing quote for a string value',
        )
      }
      this.#at++
      if (char === '"') return text
      if (char !== '\\') {
        throw new JsonFault(
          `Illegal unquoted character ${named(char)}: has to be escaped using backslash to be included in string value`,
        )
      }
      text += this.#escaped()
    }
  }

  #escaped(): string {
    const char = this.#char()
    this.#at += char.length
    if (char !== 'u') {
      if (Object.hasOwn(escapes, char)) return escapes[char]!
      throw new JsonFault(`Unrecognized character escape ${named(char).slice(1, -1)}`)
    }
    const digits = this.#match(/[0-9a-fA-F]{0,4}/y)!
    if (digits.length < 4) {
      throw unexpected(this.#char(), 'expected a hex-digit for character escape sequence')
    }
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #number(): Json {
    const start = this.#at
    const isDigit = () => /[0-9]/.test(this.#char())
    const digits = (otherwise: string) => {
      if (!isDigit()) throw unexpected(this.#char(), otherwise, ' in numeric value')
      this.#match(/[0-9]*/y)
    }
    if (this.#char() === '-') this.#at++
    if (this.#char() === '0') {
      this.#at++
      if (isDigit()) throw new JsonFault('Invalid numeric value: Leading zeroes not allowed')
    } else {
      digits('expected digit (0-9) to follow minus sign, for valid numeric value')
    }
    const whole = this.#at
    if (this.#match(/\./y) !== null) digits('Decimal point not followed by a digit')
    if (this.#match(/[eE][-+]?/y) !== null) digits('Exponent indicator not followed by a digit')
    const char = this.#char()
    if (this.#open.length === 0 && !/^[ \t\r\n]?$/.test(char)) {
      throw unexpected(char, 'Expected space separating root-level values')
    }
    const text = this.#text.slice(start, this.#at)
    return whole === this.#at ? BigInt(text) : Number(text)
  }

  #skipBlanks(): string {
    this.#match(/[ \t\r\n]*/y)
    const char = this.#char()
    if (char === '/') throw unexpected(char, noComment)
    return char
  }

  /** The character here, or nothing at the end. */
  #char(): string {
    return this.#text[this.#at] ?? ''
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? null
    this.#at += found?.length ?? 0
    return found
  }

  #place(at: number): string {
    const lines = this.#text.slice(0, at).split('\n')
    const source = 'Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)'
    return `[${source}; line: ${lines.length}, column: ${lines.at(-1)!.length + 1}]`
  }
}

const escapes: { readonly [char: string]: string } = {
  ...{ '"': '"', '\\': '\\', '/': '/' },
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
}

function wordValue(word: string): null | boolean {
  if (Object.hasOwn(words, word)) return words[word]!
  if (nonNumbers.includes(word)) {
    throw new JsonFault(
      `Non-standard token '${word}': enable \`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS\` to allow`,
    )
  }
  throw new JsonFault(`Unrecognized token '${word}': ${tokenWanted}`)
}

function unexpected(char: string, detail: string, where = ''): JsonFault {
  if (char === '') return new JsonFault('Unexpected end-of-input')
  return new JsonFault(`Unexpected character ${named(char)}${where}: ${detail}`)
}

/** `('x' (code 120))` */
function named(char: string): string {
  const code = char.charCodeAt(0)
  if (code < 0x20) return `((CTRL-CHAR, code ${code}))`
  return `('${char}' (code ${code}${code > 0xff ? ` / 0x${code.toString(16)}` : ''}))`
}
