import { UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

/** Whether records are lines of JSON (`json` is another word for it). Options that make something else of records are refused beside it. */
export function isJsonLines(
  options: Options,
  option: 'input' | 'output',
  others: readonly string[],
): boolean {
  const form = options.text(option)
  if (form === undefined || form === 'plain') return false
  if (form !== 'json' && form !== 'jsonl') {
    throw new UsageError(`--${option} takes plain or jsonl, not "${form}"`, { withHelp: false })
  }
  const other = others.find((each) => options.has(each))
  if (other === undefined) return true
  const does = option === 'input' ? 'reads' : 'prints'
  throw new UsageError(
    `--${option} ${form} ${does} everything that a record holds; --${other} has no place beside it`,
    { withHelp: false },
  )
}
