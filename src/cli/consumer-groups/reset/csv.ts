import { JavaError, runtimeError } from '../../java/errors.ts'
import { isJavaInteger, isJavaLong } from '../../java/numbers.ts'
import { javaSplit } from '../../java/text.ts'

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

/** The lines of a file as `topic,partition,offset`; what the first one is otherwise instead, in the words of Kafka's reader. */
export function readShort(text: string, group: string): PlannedOffset[] | JavaError {
  const { rows, fault } = csvRows(text)
  const first = rows.length === 0 ? fault : rowFault(rows[0]!, 3)
  if (first !== null) return first
  ensureNoBlank(text)
  const plan = rows.map((row) => planned([group, ...row]))
  if (fault !== null) throw runtimeError(fault)
  return plan
}

/** The lines of a file as `group,topic,partition,offset`. */
export function readLong(text: string): PlannedOffset[] {
  ensureNoBlank(text)
  const { rows, fault } = csvRows(text)
  const plan = rows.map(planned)
  if (fault !== null) throw runtimeError(fault)
  return plan
}

/** Kafka's tool reads line by line, and there is nothing in such a line. */
function ensureNoBlank(text: string): void {
  if (javaSplit(text, '\n').includes('')) throw runtimeError(nothingToRead())
}

function planned(row: readonly string[]): PlannedOffset {
  const fault = rowFault(row, 4)
  if (fault !== null) throw runtimeError(fault)
  const [group = '', topic = '', partition = '', offset = ''] = row
  return { group, topic, partition: Number(partition), offset: BigInt(offset.trim()) }
}

/** Kafka's reader takes fewer columns than there should be, and empty numbers. */
function rowFault(row: readonly string[], columns: number): JavaError | null {
  const [partition = '', offset = ''] = row.slice(columns - 2)
  if (partition.trim() !== '' && !isJavaInteger(partition.trim())) {
    return badNumber('int', partition)
  }
  if (offset.trim() !== '' && !isJavaLong(offset.trim())) return badNumber('long', offset)
  const extra = row[columns]
  if (extra === undefined) return null
  return new JavaError(
    'com.fasterxml.jackson.dataformat.csv.CsvReadException',
    `Too many entries: expected at most ${columns} (value #${columns} (${extra.length} chars) "${extra}")`,
  )
}

const ranges = {
  int: '-2147483648 - 2147483647',
  long: '-9223372036854775808 - 9223372036854775807',
} as const

function badNumber(type: keyof typeof ranges, text: string): JavaError {
  return /^[+-]?\d+$/.test(text.trim())
    ? new JavaError(
        'com.fasterxml.jackson.databind.JsonMappingException',
        `Numeric value (${text.trim()}) out of range of ${type} (${ranges[type]})`,
      )
    : new JavaError(
        'com.fasterxml.jackson.databind.exc.InvalidFormatException',
        `Cannot deserialize value of type \`${type}\` from String "${text}": not a valid \`${type}\` value`,
      )
}

export function nothingToRead(): JavaError {
  return new JavaError(
    'com.fasterxml.jackson.databind.exc.MismatchedInputException',
    'No content to map due to end-of-input',
  )
}

/**
 * Cells by comma, rows by line; quotes protect both, and a doubled quote is one. Empty lines are no rows. Where a row cannot be read
 * there are those before it, and the fault.
 */
export function csvRows(text: string): { rows: string[][]; fault: JavaError | null } {
  const rows: string[][] = []
  const cell = /(?:"((?:[^"]|"")*)" *|((?!")[^,\r\n]*))(,|\r\n|\n|\r|$)/y
  let row: string[] = []
  while (cell.lastIndex < text.length) {
    const start = cell.lastIndex
    const match = cell.exec(text)
    if (match === null) return { rows, fault: quoteFault(text.slice(start)) }
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
  return { rows, fault: null }
}

/** A cell that begins with a quote has no other one, or goes on behind it. */
function quoteFault(text: string): JavaError {
  const rest = text.replace(/^"(?:[^"]|"")*(?:" *|$)/, '')
  const char = rest.charAt(0)
  return new JavaError(
    'com.fasterxml.jackson.core.JsonParseException',
    rest === ''
      ? 'Missing closing quote for value'
      : `Unexpected character ('${char}' (code ${char.charCodeAt(0)})): Expected column separator character (',' (code 44)) or end-of-line`,
  )
}
