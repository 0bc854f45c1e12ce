import { resolve } from 'node:path'
import type { Random } from '../../host/random.ts'
import { readNamedFile } from '../config/file.ts'
import { illegalArgument } from '../java/errors.ts'
import type { Options } from '../options/options.ts'

/** The value of the record with this number. */
export type Payloads = (number: number) => Uint8Array

export function payloadsOf(
  options: Options,
  { random, write }: { random: Random; write: (text: string) => void },
): Payloads {
  const file = options.text('payload-file')
  if (file !== undefined)
    return fromFile(file, options.text('payload-delimiter') ?? '\\n', { random, write })
  if (options.has('payload-monotonic')) return (number) => Buffer.from(String(number))
  const size = options.integer('record-size')!
  return () => letters(size, random)
}

const letterFirst = 65
const letterCount = 26

// As Kafka's tool: random letters, new ones for each record, so that compression finds little.
function letters(size: number, random: Random): Uint8Array {
  const bytes = Buffer.from(random.bytes(size))
  for (let i = 0; i < size; i++) bytes[i] = letterFirst + (bytes[i]! % letterCount)
  return bytes
}

function fromFile(
  path: string,
  delimiter: string,
  { random, write }: { random: Random; write: (text: string) => void },
): Payloads {
  write(`Reading payloads from: ${resolve(path)}\n`)
  const values = split(read(path), delimiter).map((each) => Buffer.from(each))
  if (values.length === 0) throw noFile()
  write(`Number of records read: ${values.length}\n`)
  return () => values[Math.floor(random.number() * values.length)]!
}

function read(path: string): string {
  try {
    return readNamedFile(path)
  } catch {
    throw noFile()
  }
}

const noFile = () => illegalArgument('File does not exist or empty file provided.')

/** The delimiter is an expression of Java's; the usual one is written with a backslash. */
function split(text: string, delimiter: string): string[] {
  const pieces = text.split(delimiter.replaceAll('\\n', '\n').replaceAll('\\t', '\t'))
  while (pieces.at(-1) === '') pieces.pop()
  return pieces
}
