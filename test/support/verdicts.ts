/** How each recorded session came out in each combination of tools and broker, gathered over several runs, and shown as one table. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { type Maker, makers } from './combinations.ts'

/** `differs`: docs/differences.md says so; `–`: it cannot be played, for want of a tool or of brokers. */
export type Verdict = 'pass' | 'FAIL' | 'differs' | '–'

export type Combination = { readonly tools: Maker; readonly broker: Maker }

export const combinations: readonly Combination[] = [...makers]
  .reverse()
  .flatMap((tools) => [...makers].reverse().map((broker) => ({ tools, broker })))

/** The file that `JACKDAW_VERDICTS` names takes a line for each session that is played, so that runs of their own make one table. */
const file = process.env.JACKDAW_VERDICTS

export class Verdicts {
  readonly #words = new Map<string, Verdict>()

  /** Those of earlier runs. */
  static saved(): Verdicts {
    const verdicts = new Verdicts()
    if (file === undefined || !existsSync(file)) return verdicts
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [key, word] = line.split('\t')
      if (word !== undefined) verdicts.#words.set(key!, word as Verdict)
    }
    return verdicts
  }

  /** What is noted last counts. */
  note(combination: Combination, name: string, verdict: Verdict): void {
    const key = keyOf(combination, name)
    this.#words.set(key, verdict)
    if (file !== undefined) appendFileSync(file, `${key}\t${verdict}\n`)
  }

  table(names: readonly string[]): string {
    const rows = names.map((name) => [name, ...combinations.map((each) => this.#word(each, name))])
    const sums = combinations.map((_, i) => summed(rows.map((row) => row[i + 1]!)))
    const heads = [head('tools', 'tools'), head('broker', 'broker')]
    const lines = [...heads, ...rows]
    const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
    return lines
      .map((line) =>
        line
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd(),
      )
      .concat(combinations.map((each, i) => `${each.tools}/${each.broker}: ${sums[i]}`))
      .join('\n')
  }

  // What was recorded is what Apache's tools said to Apache's broker; `--all` plays even that again.
  #word(combination: Combination, name: string): string {
    const isRecording = combination.tools === 'apache' && combination.broker === 'apache'
    return this.#words.get(keyOf(combination, name)) ?? (isRecording ? 'recorded' : 'not played')
  }
}

function keyOf({ tools, broker }: Combination, name: string): string {
  return `${tools} ${broker} ${name}`
}

function head(title: string, what: keyof Combination): string[] {
  const owners: Record<Maker, string> = { apache: "Apache's", jackdaw: "Jackdaw's" }
  return [title, ...combinations.map((each) => owners[each[what]])]
}

function summed(words: readonly string[]): string {
  return [...new Set(words)]
    .sort()
    .map((word) => `${words.filter((each) => each === word).length} ${word}`)
    .join(', ')
}
