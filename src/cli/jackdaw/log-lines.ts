/** What brokers write to their logs, a line of JSON each, as a person reads it. */
import { StringDecoder } from 'node:string_decoder'
import type { ChalkInstance } from 'chalk'

export interface LogLine {
  /** As it stands in the line; of what is no JSON, that of the line before. */
  readonly time: string
  readonly text: string
}

interface Entry {
  readonly time: string
  readonly level: string
  readonly node?: number
  readonly msg?: string
  readonly err?: { readonly stack?: string; readonly message?: string }
}

/** `after` is the time of the line before. A line that is no JSON (a stack of Node's, say) stays as it is. */
export function readableLine(line: string, after: string, colour: ChalkInstance): LogLine {
  const entry = entryOf(line)
  if (entry === null) return { time: after, text: line }
  const { time, level, node, msg, err, ...rest } = entry
  const said = [
    colour.dim(time),
    ...(node === undefined ? [] : [colour.cyan(`broker ${node}`)]),
    ...(level === 'info' ? [] : [colour[level === 'warn' ? 'yellow' : 'red'](level)]),
    ...(msg === undefined ? [] : [msg]),
    ...Object.entries(rest).map(([name, value]) => `${colour.dim(`${name}=`)}${textOf(value)}`),
  ]
  const stack = err?.stack ?? err?.message
  return { time, text: said.join('  ') + (stack === undefined ? '' : `\n${stack}`) }
}

function entryOf(line: string): Entry | null {
  if (!line.startsWith('{')) return null
  try {
    const entry = JSON.parse(line) as Partial<Entry>
    const isOurs = typeof entry.time === 'string' && typeof entry.level === 'string'
    return isOurs ? (entry as Entry) : null
  } catch {
    return null
  }
}

function textOf(value: unknown): string {
  const isPlain = Array.isArray(value) && value.every((each) => typeof each !== 'object')
  if (isPlain) return value.join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Turns bytes into readable lines; one that is not finished yet waits for its rest. */
export class LogReader {
  readonly #colour: ChalkInstance
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #time = ''

  constructor(colour: ChalkInstance) {
    this.#colour = colour
  }

  read(bytes: Uint8Array): LogLine[] {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(bytes))).split('\n')
    this.#rest = lines.pop()!
    return lines.map((line) => {
      const readable = readableLine(line, this.#time, this.#colour)
      this.#time = readable.time
      return readable
    })
  }
}

/** Of several brokers, in the order in which they were written. */
export function inOrder(lines: readonly LogLine[]): string {
  const sorted = lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return sorted.map(({ text }) => `${text}\n`).join('')
}
