/**
 * Writes what tools answered into a transcript: answers that fit stay as they are, the others are rewritten, with placeholders for what
 * differs from run to run. What comes out is for a person to read before it is kept.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { withoutClientWarnings } from './expected.ts'
import type { Finished } from './processes.ts'
import { type ReplayCluster, replay, type Tools } from './replayer.ts'
import { parseTranscript } from './transcript.ts'

/** Plays the transcript of a file and rewrites the file; gives how many answers were rewritten. */
export async function record(path: string, tools: Tools, cluster: ReplayCluster): Promise<number> {
  const bytes = readFileSync(path)
  const answers = new Map<number, Finished>()
  // Asked once: what is not written yet fits nothing.
  await replay(parseTranscript(bytes), tools, { ...cluster, isReadLate: false }, (line, finished) =>
    answers.set(line, finished),
  )
  writeFileSync(path, Buffer.from(rewritten(bytes.toString('latin1'), answers), 'latin1'))
  return answers.size
}

/** The text of a transcript with these answers in place of those that stood there, by the lines of their steps. */
export function rewritten(text: string, answers: ReadonlyMap<number, Finished>): string {
  const out: string[] = []
  let answer: Finished | undefined
  const lines = text.replace(/\n+$/, '').split('\n')
  const isAnswer = (line: string) => /^[>![]/.test(line)
  const finish = () => {
    if (answer === undefined) return
    const blanks = []
    while (out.at(-1) === '') blanks.push(out.pop()!)
    out.push(...answerLines(answer), ...blanks)
    answer = undefined
  }
  for (const [index, line] of lines.entries()) {
    if (/^[$&@#]/.test(line)) finish()
    if (isAnswer(line) && answer !== undefined) continue
    out.push(line)
    answer = answers.get(index + 1) ?? answer
  }
  finish()
  return `${out.join('\n')}\n`
}

function answerLines({ stdout, stderr, code }: Finished): string[] {
  return [
    ...shownStream('>', stdout.toString('latin1')),
    ...shownStream('!', withoutClientWarnings(stderr.toString('latin1'))),
    ...(code === 0 ? [] : [`[${code}]`]),
  ]
}

function shownStream(mark: string, text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop()!
  const shown = lines.map((line) => shownLine(line))
  if (last !== '') shown.push(`${shownLine(last).replace(/\\$/, '')}\\c`)
  return withoutHelp(withoutStacks(shown)).map((line) => (line === '' ? mark : `${mark} ${line}`))
}

/** Each pattern with what stands for it; the first that matches at a place wins. */
const patterns: readonly [pattern: RegExp, placeholder: string][] = [
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/, '<log-time>'],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '<uuid4>'],
  [/127\.0\.0\.1:\d{4,5}|localhost:\d{5}/, '<host:port>'],
  [/(?<![\w.-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{22}(?![\w.-])/, '<uuid>'],
  [/(?<!\d)1[789]\d{11}(?!\d)/, '<timestamp>'],
  [/\/tmp\/[^\s",]+/, '<path>'],
]

const anyPattern = new RegExp(patterns.map(([pattern]) => `(${pattern.source})`).join('|'), 'g')

function shownLine(line: string): string {
  const escaped = line
    .replace(/\\/g, '\\\\')
    .replace(/</g, '\\<')
    .replace(/\r/g, '\\r')
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (char) => `\\x${hex(char)}`)
  const shown = escaped.replace(anyPattern, (whole, ...groups: unknown[]) => {
    const at = groups.slice(0, patterns.length).findIndex((group) => group !== undefined)
    return patterns[at]?.[1] ?? whole
  })
  return /[ \t]$/.test(shown) ? `${shown}\\` : shown
}

const hex = (char: string) => char.charCodeAt(0).toString(16).padStart(2, '0')

function withoutStacks(lines: readonly string[]): string[] {
  const isOfStack = (line: string) =>
    /^(?:[ \t]+(?:at|\.\.\.) |[ \t]*Suppressed: |Caused by: )/.test(line)
  return lines.flatMap((line, index) => {
    if (!isOfStack(line)) return [line]
    return index > 0 && isOfStack(lines[index - 1]!) ? [] : ['<stack>']
  })
}

/** A tool's help is its own: only that it comes is kept. */
function withoutHelp(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) =>
    /^(?:Option +(?:\(\* = required\) +)?Description|usage: )/.test(line),
  )
  return start === -1 ? [...lines] : [...lines.slice(0, start), '<help>']
}
