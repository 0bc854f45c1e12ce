/**
 * Real lines: countries with their names in two dozen languages, and all emoji, as JSON lines, again and again with a number that makes
 * each line unique; between them empty lines and a few very long ones. The same every time.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export type Lines = {
  path: string
  bytes: number
  count: number
  /** Of the file as it is. */
  sha256: string
  /** Of the lines in whatever order. */
  anyOrder: string
}

const emptyEvery = 97
const longLineBytes = 600_000

/** Writes at least so many bytes of lines. */
export async function writeLines(path: string, bytesMin: number): Promise<Lines> {
  const digest = new LineDigest()
  const file = createWriteStream(path)
  const records = realRecords()
  let number = 0
  while (digest.bytes < bytesMin) {
    const lines: string[] = []
    for (const record of records) {
      number++
      lines.push(`{"number":${number},${record}`)
      if (number % emptyEvery === 0) lines.push('')
    }
    lines.push(longLine(records, number++))
    const chunk = Buffer.from(`${lines.join('\n')}\n`)
    digest.add(chunk)
    if (!file.write(chunk)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
  return { path, ...digest.result() }
}

/** Counts and sums up the lines of a file, to compare them with those that were written. */
export async function digestOf(path: string): Promise<Lines> {
  const digest = new LineDigest()
  for await (const chunk of createReadStream(path)) digest.add(chunk as Buffer)
  return { path, ...digest.result() }
}

/** Bytes and lines as they pass, in order and as a bag. */
export class LineDigest {
  bytes = 0
  #count = 0
  #whole = createHash('sha256')
  #rest: Buffer[] = []
  // A sum of hashes does not depend on the order, and tells two copies of a line from none.
  #sum = 0n

  add(chunk: Buffer): void {
    this.bytes += chunk.length
    this.#whole.update(chunk)
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#line(chunk.subarray(start, end))
      start = end + 1
    }
    if (start < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(start)))
  }

  result(): Omit<Lines, 'path'> {
    if (this.#rest.length > 0) this.#line(Buffer.alloc(0))
    return {
      bytes: this.bytes,
      count: this.#count,
      sha256: this.#whole.copy().digest('hex'),
      anyOrder: this.#sum.toString(16),
    }
  }

  #line(tail: Buffer): void {
    const line = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail])
    this.#rest = []
    this.#count++
    const hash = createHash('sha1').update(line).digest()
    this.#sum = BigInt.asUintN(128, this.#sum + hash.readBigUInt64BE(0))
  }
}

/** Each record as JSON without its opening brace. */
function realRecords(): string[] {
  const require = createRequire(import.meta.url)
  const read = (name: string) => JSON.parse(readFileSync(require.resolve(name), 'utf8'))
  const countries: object[] = read('world-countries/countries.json')
  const emoji: [string, object][] = Object.entries(read('unicode-emoji-json/data-by-emoji.json'))
  return [...countries, ...emoji.map(([emoji, facts]) => ({ emoji, ...facts }))].map((record) =>
    JSON.stringify(record).slice(1),
  )
}

/** One line that is nearly as long as a broker takes by default. */
function longLine(records: readonly string[], number: number): string {
  const parts = [`{"number":${number},"all":[`]
  let length = 0
  for (let at = number; length < longLineBytes; at++) {
    const part = `{${records[at % records.length]!}`
    length += Buffer.byteLength(part) + 1
    parts.push(part, ',')
  }
  return `${parts.join('')}null]}`
}
