/**
 * Reads the transcript format of `shared/transcripts/README.md`: a script of commands and what they have to answer. All text is held
 * as bytes (one character per byte), so that output which is not UTF-8 can be compared; `text` turns a word back.
 */

export type Expectation = { stdout: string[]; stderr: string[]; code: number }

export type Modifiers = {
  until: string | null
  untilEmpty: boolean
  unordered: boolean
  save: string | null
  open: boolean
  raw: boolean
  timeoutSeconds: number
}

export type CommandStep = {
  kind: 'command'
  line: number
  /** The name of a background command; null in the foreground. */
  name: string | null
  source: string
  stdin: string
  expected: Expectation
  modifiers: Modifiers
}

export type Step =
  | CommandStep
  | { kind: 'await'; line: number; name: string; pattern: string }
  | { kind: 'wait'; line: number; name: string; expected: Expectation }
  | { kind: 'kill'; line: number; name: string; signal: NodeJS.Signals; expected: Expectation }
  | { kind: 'file'; line: number; name: string; stdin: string }
  | { kind: 'broker-stop' | 'broker-start'; line: number; id: number }

export type Transcript = {
  title: string
  cluster: number
  raw: boolean
  fresh: boolean
  steps: Step[]
}

/** Reads a transcript; a line that the format does not know is an error with its number. */
export function parseTranscript(bytes: Buffer): Transcript {
  const transcript: Transcript = { title: '', cluster: 1, raw: false, fresh: false, steps: [] }
  let modifiers = noModifiers()
  let step: Step | null = null
  const lines = bytes.toString('latin1').split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [index, line] of lines.entries()) {
    const refuse = (why: string) => new Error(`line ${index + 1}: ${why}: ${line}`)
    const mark = line[0]
    if (mark === undefined) continue
    if (mark === '#') {
      if (transcript.steps.length === 0) readHead(transcript, line)
    } else if (mark === '$' || mark === '&') {
      const words = /^(?:\$|& *(\S+) +\$) +(.*)$/.exec(line)
      if (words === null) throw refuse('not a command')
      step = {
        kind: 'command',
        line: index + 1,
        name: words[1] ?? null,
        source: words[2]!,
        stdin: '',
        expected: nothingExpected(),
        modifiers,
      }
      modifiers = noModifiers()
      transcript.steps.push(step)
    } else if (mark === '@') {
      const made = readAt(line, index + 1, modifiers)
      if (made === 'modifier') continue
      if (made === null) throw refuse('neither a step nor a modifier')
      step = made
      transcript.steps.push(step)
    } else if (mark === '<') {
      if (step === null || !('stdin' in step)) throw refuse('input without a command')
      const { text, newline } = unescaped(textOf(line))
      step.stdin += newline ? `${text}\n` : text
    } else if (mark === '>' || mark === '!') {
      if (step === null || !('expected' in step)) throw refuse('output without a command')
      step.expected[mark === '>' ? 'stdout' : 'stderr'].push(textOf(line))
    } else if (/^\[\d+\]$/.test(line)) {
      if (step === null || !('expected' in step)) throw refuse('an exit code without a command')
      step.expected.code = Number(line.slice(1, -1))
    } else {
      throw refuse('no such kind of line')
    }
  }
  return transcript
}

/** The bytes that a line of input stands for, and whether a newline follows. */
export function unescaped(line: string): { text: string; newline: boolean } {
  let text = ''
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== '\\') {
      text += line[at]
      continue
    }
    const read = readEscape(line, at)
    if (read.endOfStream) return { text, newline: false }
    text += read.text
    at += read.length - 1
  }
  return { text, newline: true }
}

export type Escape = { text: string; length: number; endOfStream: boolean }

/** What the escape at `line[at]`, a backslash, stands for. */
export function readEscape(line: string, at: number): Escape {
  const rest = line.slice(at + 1)
  const plain = (text: string, length: number) => ({ text, length, endOfStream: false })
  if (rest === '') return plain('', 1)
  if (rest === 'c') return { text: '', length: 2, endOfStream: true }
  if (rest[0] === '\\') return plain('\\', 2)
  if (rest[0] === 'r') return plain('\r', 2)
  if (rest[0] === '<') return plain('<', 2)
  const hex = /^x([0-9a-fA-F]{2})/.exec(rest)
  if (hex !== null) return plain(String.fromCharCode(Number.parseInt(hex[1]!, 16)), 4)
  const repeat = /^\{(\d+)\}([\s\S])/.exec(rest)
  if (repeat !== null) return plain(repeat[2]!.repeat(Number(repeat[1])), 1 + repeat[0].length)
  return plain('\\', 1)
}

/** The words of a command: blanks separate, single quotes protect, `\{N}c` repeats; nothing else is special. */
export function splitWords(source: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quoted = false
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!
    const repeat = char === '\\' ? /^\\\{(\d+)\}([\s\S])/.exec(source.slice(at)) : null
    if (repeat !== null) {
      word = (word ?? '') + repeat[2]!.repeat(Number(repeat[1]))
      at += repeat[0].length - 1
    } else if (char === "'") {
      quoted = !quoted
      word ??= ''
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = (word ?? '') + char
    }
  }
  if (quoted) throw new Error(`a quote is not closed: ${source}`)
  if (word !== null) words.push(word)
  return words
}

function readHead(transcript: Transcript, line: string): void {
  const [, key, value] = /^# ([a-z]+)(?:: (.*))?$/.exec(line) ?? []
  if (key === 'title' && value !== undefined) transcript.title = value
  if (key === 'cluster' && value !== undefined) transcript.cluster = Number(value)
  if (key === 'raw' && value === undefined) transcript.raw = true
  if (key === 'fresh' && value === undefined) transcript.fresh = true
}

function readAt(line: string, number: number, modifiers: Modifiers): Step | 'modifier' | null {
  const [, word, rest = ''] = /^@(\S+)(?: (.*))?$/.exec(line) ?? []
  const [first = '', second = ''] = rest.split(' ')
  switch (word) {
    case 'until':
      modifiers.until = rest
      return 'modifier'
    case 'until-empty':
      modifiers.untilEmpty = true
      return 'modifier'
    case 'unordered':
      modifiers.unordered = true
      return 'modifier'
    case 'save':
      modifiers.save = rest
      return 'modifier'
    case 'open':
      modifiers.open = true
      return 'modifier'
    case 'raw':
      modifiers.raw = true
      return 'modifier'
    case 'timeout':
      modifiers.timeoutSeconds = Number(rest)
      return 'modifier'
    case 'await':
      return { kind: 'await', line: number, name: first, pattern: rest.slice(first.length + 1) }
    case 'wait':
      return { kind: 'wait', line: number, name: first, expected: nothingExpected() }
    case 'kill': {
      const signal = `SIG${second || 'TERM'}` as NodeJS.Signals
      return { kind: 'kill', line: number, name: first, signal, expected: nothingExpected() }
    }
    case 'file':
      return { kind: 'file', line: number, name: rest, stdin: '' }
    case 'broker-stop':
    case 'broker-start':
      return { kind: word, line: number, id: Number(first) }
    default:
      return null
  }
}

function textOf(line: string): string {
  return line[1] === ' ' ? line.slice(2) : line.slice(1)
}

function nothingExpected(): Expectation {
  return { stdout: [], stderr: [], code: 0 }
}

function noModifiers(): Modifiers {
  return {
    until: null,
    untilEmpty: false,
    unordered: false,
    save: null,
    open: false,
    raw: false,
    timeoutSeconds: 60,
  }
}
