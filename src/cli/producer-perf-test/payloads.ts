import { resolve } from 'node:path'
import type { Random } from '../../host/random.ts'
import { readNamedFile } from '../config/file.ts'
import { illegalArgument } from '../java/errors.ts'
import { javaPattern } from '../java/regex/pattern.ts'
import { SplittableRandom } from '../java/splittable-random.ts'
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
  return letters(options.integer('record-size')!, random)
}

const letterFirst = 65
const letterCount = 26
const poolSize = 1024 * 1024

/**
 * As Kafka's tool: random letters, others for each record, so that compression finds little; the first mebibyte of them is the very
 * same. What comes after it is cut out of that at random places, because making new ones would be the slowest part of the test.
 */
function letters(size: number, random: Random): Payloads {
  const pool = Buffer.alloc(poolSize + size)
  const kafkas = new SplittableRandom(0n)
  let made = 0
  return () => {
    if (made >= poolSize) {
      const start = Math.floor(random.number() * poolSize)
      return pool.subarray(start, start + size)
    }
    const start = made
    for (; made < start + size; made++) pool[made] = letterFirst + kafkas.nextInt(letterCount)
    return pool.subarray(start, made)
  }
}

function fromFile(
  path: string,
  delimiter: string,
  { random, write }: { random: Random; write: (text: string) => void },
): Payloads {
  write(`Reading payloads from: ${resolve(path)}\n`)
  const values = javaPattern(delimiter)
    .tokens(read(path))
    .map((each) => Buffer.from(each))
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
