/** A sample's segment with its indexes, made wrong in one way. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeWritable, samplesFolder } from './samples.ts'

type Bytes = { log: Buffer; index: Buffer; timeindex: Buffer }

const appended = (bytes: Buffer, hex: string) => Buffer.concat([bytes, Buffer.from(hex, 'hex')])
const zeros = (count: number) => '00'.repeat(count)

/** One byte set to another value. */
function set(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = value
  return copy
}

const faults: { readonly [name: string]: (bytes: Bytes) => Partial<Bytes> } = {
  'torn batch': ({ log }) => ({ log: log.subarray(0, -20) }),
  'torn header': ({ log }) => ({ log: appended(log, zeros(10)) }),
  '17 zeros': ({ log }) => ({ log: appended(log, zeros(17)) }),
  zeros: ({ log }) => ({ log: appended(log, zeros(100)) }),
  'flipped bit': ({ log }) => ({ log: set(log, 300, log[300]! ^ 1) }),
  'magic 5': ({ log }) => ({ log: set(log, 16, 5) }),
  'huge size': ({ log }) => ({ log: set(log, 8, 0x7f) }),
  'negative size': ({ log }) => ({ log: set(log, 8, 0xff) }),
  'count too high': ({ log }) => ({ log: set(log, 60, 9) }),
  'no gzip': ({ log }) => ({ log: set(log, 22, 1) }),
  'codec 6': ({ log }) => ({ log: set(log, 22, 6) }),
  'offset jumps': ({ log }) => ({ log: set(log, 7, 5) }),
  'control of nothing': ({ log }) => ({ log: set(log, 22, 0x20) }),
  'empty log': () => ({ log: Buffer.alloc(0) }),
  'index torn': ({ index, timeindex }) => ({
    index: appended(index, '616263'),
    timeindex: appended(timeindex, '616263'),
  }),
  'index zeros': ({ index, timeindex }) => ({
    index: appended(index, zeros(64)),
    timeindex: appended(timeindex, zeros(48)),
  }),
  'index beyond': ({ index, timeindex }) => ({
    index: appended(index, '0000003000010000'),
    timeindex: appended(timeindex, '000001a20d27ffff00000030'),
  }),
  'index negative': ({ index }) => ({ index: appended(index, '00000001ffff0000') }),
  'index between': ({ index }) => ({ index: appended(index, '0000002700000050') }),
  'index wrong': ({ index, timeindex }) => ({
    index: set(set(index, 3, 2), 11, 5),
    timeindex: set(set(set(timeindex, 7, timeindex[7]! ^ 5), 19, timeindex[19]! ^ 0xff), 11, 2),
  }),
  'index empty': () => ({ index: Buffer.alloc(0), timeindex: Buffer.alloc(0) }),
}

export const brokenFiles: readonly string[] = Object.keys(faults)

/** Writes the segment with its indexes into a folder; the paths of `.log`, `.index`, `.timeindex`. */
export function broken(folder: string, name: string): string[] {
  const source = join(samplesFolder, 'clean', 'indexed-0')
  mkdirSync(folder, { recursive: true })
  const pathOf = (extension: string) => join(folder, `00000000000000000000.${extension}`)
  for (const extension of ['log', 'index', 'timeindex']) {
    copyFileSync(join(source, `00000000000000000000.${extension}`), pathOf(extension))
  }
  makeWritable(folder)
  const bytes: Bytes = {
    log: readFileSync(pathOf('log')),
    index: readFileSync(pathOf('index')),
    timeindex: readFileSync(pathOf('timeindex')),
  }
  for (const [extension, changed] of Object.entries(faults[name]!(bytes))) {
    writeFileSync(pathOf(extension), changed)
  }
  return ['log', 'index', 'timeindex'].map(pathOf)
}
