import { recordKey, recordValue } from '../../../protocol/batch/reader.ts'
import { UsageError } from '../../options/checks.ts'
import type { Options } from '../../options/options.ts'
import { parseMoment } from '../../records/moment.ts'
import { type Condition, parseWhere, regularExpression } from '../../records/where.ts'

/** Which records are wanted: all conditions of the command line together, or null where there are none. */
export function acceptance(
  options: Options,
  { now, random }: { now: number; random: () => number },
): Condition | null {
  const conditions = [
    ...timeConditions(options, now),
    ...options.all('grep').map(grep),
    ...options.all('where').map(parseWhere),
    // Last, so that it is a sample of what the others let through.
    ...options.all('sample').map((text) => sample(text, random)),
  ]
  if (conditions.length === 0) return null
  return (record) => conditions.every((condition) => condition(record))
}

/** A moment that an option names, or undefined where it is not given. */
export function momentOf(options: Options, name: 'from' | 'to', now: number): number | undefined {
  const text = options.text(name)
  if (text === undefined) return undefined
  const moment = parseMoment(text, now)
  if (moment !== null) return moment
  throw new UsageError(
    `--${name} takes a time (2026-11-25T09:00, with a zone or in yours), how long ago it is (15m, 2h30m, 1d), milliseconds since the epoch, or now; not "${text}"`,
    { withHelp: false },
  )
}

function timeConditions(options: Options, now: number): Condition[] {
  const from = momentOf(options, 'from', now)
  const to = momentOf(options, 'to', now)
  return [
    ...(from === undefined
      ? []
      : ([({ cursor }) => cursor.timestamp() >= from] satisfies Condition[])),
    ...(to === undefined ? [] : ([({ cursor }) => cursor.timestamp() < to] satisfies Condition[])),
  ]
}

function grep(source: string): Condition {
  const pattern = regularExpression(source, `--grep ${source}`)
  const fits = (part: Uint8Array | null) =>
    part !== null && pattern.test(Buffer.from(part.buffer, part.byteOffset, part.length).toString())
  return ({ cursor }) => fits(recordValue(cursor)) || fits(recordKey(cursor))
}

function sample(text: string, random: () => number): Condition {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? []
  const share = percent === undefined ? Number(text) : Number(percent) / 100
  if (!(share > 0 && share <= 1)) {
    throw new UsageError(`--sample takes a share of the records, 0.01 or 1%, not "${text}"`, {
      withHelp: false,
    })
  }
  return () => random() < share
}
