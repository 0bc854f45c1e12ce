import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineCutter } from '../../../src/cli/console-producer/reader/line-cutter.ts'
import type { Lines } from '../../../src/protocol/batch/engine/engine.ts'

test.each([
  { chunks: ['a\nb\n'], lines: ['a', 'b'], why: 'newlines' },
  { chunks: ['a\r\nb\rc\n'], lines: ['a', 'b', 'c'], why: 'carriage returns, too' },
  { chunks: ['a'], lines: ['a'], why: 'the last line needs no end' },
  { chunks: ['\n\na\n\n'], lines: ['', '', 'a', ''], why: 'empty lines are lines' },
  { chunks: ['a\r', '\nb'], lines: ['a', 'b'], why: 'one line end, cut in two' },
  { chunks: ['a\r', 'b'], lines: ['a', 'b'], why: 'a carriage return at the end of a chunk' },
  { chunks: ['a\r', '\r\n'], lines: ['a', ''], why: 'and another line end behind it' },
  { chunks: ['a', 'b', 'c\nd'], lines: ['abc', 'd'], why: 'a line over three chunks' },
  { chunks: ['a', '\n', '\n'], lines: ['a', ''], why: 'a line end by itself' },
  { chunks: ['ab\r', '\n'], lines: ['ab'], why: 'nothing behind the last' },
  { chunks: [''], lines: [], why: 'nothing at all' },
])('$chunks is $lines: $why', ({ chunks, lines }) => {
  expect(cut(chunks.map((chunk) => Buffer.from(chunk)))).toEqual(lines)
})

test('bytes that are no UTF-8 become the replacement character, and all else stays', () => {
  const bytes = Buffer.concat([
    Buffer.from('žluť\n'),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from([0x00, 0x1b, 0x0a]),
  ])
  expect(cut([bytes])).toEqual(['žluť', '\ufffd\ufffd', '\0\x1b'])
})

test('a character that is cut in two stays whole', () => {
  const [first, second] = [Buffer.from('€').subarray(0, 2), Buffer.from('€\n').subarray(2)]
  expect(cut([first, second])).toEqual(['€'])
})

test('however a text is cut into chunks, the lines are the same', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r', '🐦') })
  const cuts = fc.array(fc.nat(), { maxLength: 8 })
  fc.assert(
    fc.property(text, cuts, (whole, places) => {
      const bytes = Buffer.from(whole)
      const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
        (a, b) => a - b,
      )
      const chunks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
      expect(cut(chunks)).toEqual(plainly(whole))
    }),
    { numRuns: 2000 },
  )
})

function plainly(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function cut(chunks: readonly Buffer[]): string[] {
  const cutter = new LineCutter()
  const lines: string[] = []
  const take = ({ source, bounds, count }: Lines) => {
    for (let i = 0; i < count; i++) {
      lines.push(Buffer.from(source.subarray(bounds[i * 2], bounds[i * 2 + 1])).toString())
    }
  }
  // A chunk's memory may be written over once it has been taken.
  for (const chunk of chunks) {
    const lent = Buffer.from(chunk)
    for (const each of cutter.push(lent)) take(each)
    lent.fill('?')
  }
  const last = cutter.finish()
  if (last !== null) take(last)
  return lines
}
