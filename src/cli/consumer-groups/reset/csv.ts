import { JavaError, runtimeError } from '../../java/errors.ts'
import { isJavaInteger, isJavaLong } from '../../java/numbers.ts'

/** One line of a plan: where a partition is to go on. The group is absent when there is only one. */
export type PlannedOffset = {
  readonly group: string | null
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** Kafka's CSV, without a header; `--from-file` reads it back. */
export function csvText(plan: readonly PlannedOffset[]): string {
  return plan
    .map(({ group, topic, partition, offset }) => {
      const names = group === null ? [topic] : [group, topic]
      return `${[...names.map(quoted), partition, offset].join(',')}\n`
    })
    .join('')
}

const unquotedMax = 24

// The library that Kafka uses quotes what has a character below the dash, and what is too long to look through.
function quoted(text: string): string {
  const isPlain = text.length <= unquotedMax && !/[\0-,]/.test(text)
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}

/** The lines of a file as `topic,partition,offset`; null when the first one does not fit. */
export function readShort(text: string, group: string): PlannedOffset[] | null {
  const rows = csvRows(text)
  if (rows.length > 0 && !fits(rows[0]!, 3)) return null
  return rows.map((row) => planned([group, ...row]))
}

/** The lines of a file as `group,topic,partition,offset`. */
export function readLong(text: string): PlannedOffset[] {
  return csvRows(text).map(planned)
}

function fits(row: readonly string[], size: number): boolean {
  const [, partition = '', offset = ''] = row
  return row.length <= size && isIntegerOrEmpty(partition) && isLongOrEmpty(offset)
}

const isIntegerOrEmpty = (text: string) => text.trim() === '' || isJavaInteger(text.trim())
const isLongOrEmpty = (text: string) => text.trim() === '' || isJavaLong(text.trim())

function planned(row: readonly string[]): PlannedOffset {
  const [group = '', topic = '', partition = '', offset = '', ...more] = row
  if (more.length > 0)
    throw unreadable(`Too many entries: expected at most 4 (value #4 "${more[0]}")`)
  if (!isIntegerOrEmpty(partition)) throw badNumber('int', partition)
  if (!isLongOrEmpty(offset)) throw badNumber('long', offset)
  return { group, topic, partition: Number(partition), offset: BigInt(offset.trim()) }
}

function badNumber(type: string, text: string): JavaError {
  return unreadable(
    `Cannot deserialize value of type \`${type}\` from String "${text}": not a valid \`${type}\` value`,
  )
}

function unreadable(message: string): JavaError {
  return runtimeError(
    new JavaError('com.fasterxml.jackson.databind.exc.InvalidFormatException', message),
  )
}

export function nothingToRead(): JavaError {
  return runtimeError(
    new JavaError(
      'com.fasterxml.jackson.databind.exc.MismatchedInputException',
      'No content to map due to end-of-input',
    ),
  )
}

/** Cells by comma, rows by line; quotes protect both, and a doubled quote is one. Empty lines are no rows. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/y
  let row: string[] = []
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text)
    if (match === null) throw unreadable('Unexpected character after a closing quote')
    const [, protectedText, plain = '', separator] = match
    row.push(protectedText?.replaceAll('""', '"') ?? plain)
    if (separator === ',') {
      if (cell.lastIndex === text.length) row.push('')
      else continue
    }
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  if (row.length > 0) rows.push(row)
  return rows
}
