import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cutLines,
  splitLines,
  windowSize,
  writeRecords,
} from '../../../src/protocol/batch/engine/engine.ts'
import { encodeHeaders } from '../../../src/protocol/batch/headers.ts'
import { headerSize } from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { extentOf, overheadMax, type Slices, spanWidth } from '../../../src/protocol/batch/spans.ts'
import { BatchWriter } from '../../../src/protocol/batch/writer.ts'
import { run } from '../../support/processes.ts'
import { projectRoot } from '../../support/project.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '\n', '\r'), maxLength: 80 })

test('lines end with a newline, a carriage return or both, wherever they lie', () => {
  fc.assert(
    fc.property(text, fc.nat(40), (whole, from) => {
      const lines = cutAll(Buffer.from(whole), Math.min(from, whole.length))
      const expected = whole.slice(from).split(/\r\n|\n|\r/)
      // What is behind the last line end is no whole line.
      expect(lines).toEqual(expected.slice(0, -1))
    }),
    { numRuns: 3000 },
  )
})

test('more lines than there is room for, and more bytes than are looked at together, come in several calls', () => {
  const short = Buffer.from('x\n\r\n'.repeat(30_000))
  expect(cutAll(short, 0)).toEqual(Array.from({ length: 60_000 }, (_, i) => (i % 2 ? '' : 'x')))
  const long = Array.from({ length: 3 }, (_, i) => `${i}`.repeat(windowSize - 100))
  expect(cutAll(Buffer.from(`${long.join('\n')}\n`), 0)).toEqual(long)
  // Nothing ends within the window.
  expect(cutLines(Buffer.from('y'.repeat(windowSize + 1)), 0).count).toBe(0)
})

test('keys stand before the first separator', () => {
  const separator = fc.string({ unit: fc.constantFrom('a', ':', 'é'), maxLength: 4 })
  fc.assert(
    fc.property(text, separator, fc.boolean(), (whole, between, isKeyOptional) => {
      const lines = cutLines(Buffer.from(`${whole}\n`), 0)
      const plain = linesOf(lines)
      const pairs = plain.map((line) => {
        const at = line.indexOf(between)
        return at < 0 ? [null, line] : [line.slice(0, at), line.slice(at + between.length)]
      })
      const firstFault = pairs.findIndex(([key]) => key === null)
      const good = isKeyOptional || firstFault < 0 ? pairs : pairs.slice(0, firstFault)
      const { spans, count } = splitLines(lines, Buffer.from(between), { isKeyOptional })!
      expect(partsOf({ source: lines.source, spans, count })).toEqual(good)
    }),
    { numRuns: 3000 },
  )
})

test('without a separator a line is a value', () => {
  const lines = cutLines(Buffer.from('a:b\n\nc\n'), 0)
  const { spans, count } = splitLines(lines, null, { isKeyOptional: false })!
  expect(partsOf({ source: lines.source, spans, count })).toEqual([
    [null, 'a:b'],
    [null, ''],
    [null, 'c'],
  ])
})

test('lines that lie elsewhere are left to others', () => {
  const lines = { source: Buffer.from('a'), bounds: Int32Array.of(0, 1), count: 1 }
  expect(splitLines(lines, null, { isKeyOptional: false })).toBeNull()
})

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }), { freq: 6 })
const record = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(
    fc.record({ key: fc.string({ maxLength: 5 }), value: fc.option(fc.uint8Array()) }),
    { maxLength: 2 },
  ),
  // −1: none of its own.
  time: fc.oneof(fc.constant(-1), fc.nat(200), fc.nat(Number.MAX_SAFE_INTEGER)),
})

test('records stand there as one by one they would, in whatever order they are wanted', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 40 }),
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      fc.nat(300),
      (all, wanted, base) => {
        const slices = slicesOf(all)
        const order = Int32Array.from(all.keys()).filter((index) => wanted[index])
        const choice =
          order.length === 0
            ? { from: 0, to: all.length }
            : { from: order.length >> 1, to: order.length, order }
        const chosen =
          order.length === 0 ? all : [...order.subarray(choice.from)].map((i) => all[i]!)
        const expected = new BatchWriter()
        for (const { time, key, value, headers } of chosen) {
          expected.append((time < 0 ? 77 : time) - base, key, value, headers)
        }
        const actual = new BatchWriter()
        const times = { base, preset: 77 }
        actual.appendSpans(slices, choice, { times, sizeMax: 1_000_000 })
        const fields = { baseTimestamp: BigInt(base) }
        expect(Buffer.from(actual.build(fields)).equals(expected.build(fields))).toBe(true)
      },
    ),
    { numRuns: 1000 },
  )
})

test('it stops before a record that does not fit, and goes on there', () => {
  const all = Array.from({ length: 500 }, (_, i) => ({
    key: null,
    value: Buffer.alloc(1000, i),
    headers: [],
    time: -1,
  }))
  const slices = slicesOf(all)
  const window = { start: 0, end: slices.source.length }
  const times = { base: 0, preset: 0 }
  const counts: number[] = []
  for (let from = 0; from < all.length; ) {
    const where = {
      window: { ...window, start: from * 1000 },
      times,
      offsetDelta: 0,
      sizeMax: 30_000,
    }
    const { next, bytes } = writeRecords(slices, { from, to: all.length }, where)
    expect(bytes.length).toBeLessThanOrEqual(30_000)
    counts.push(next - from)
    from = next
  }
  expect(new Set(counts)).toEqual(new Set([29, 500 % 29]))
})

test('it writes nothing of what lies outside, nor beyond the room that it has', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 12 }),
      fc.nat(400),
      fc.nat(400),
      (all, moreSource, moreRoom) => {
        const slices = slicesOf(all)
        const expected = new BatchWriter()
        for (const { time, key, value, headers } of all) {
          expected.append(time < 0 ? 77 : time, key, value, headers)
        }
        const pieces: Uint8Array[] = []
        for (let from = 0; from < all.length; ) {
          const { start, end, size } = extentOf(slices.spans, from)
          const window = { start, end: end + moreSource }
          const sizeMax = size + overheadMax + moreRoom
          const where = { window, times: { base: 0, preset: 77 }, offsetDelta: from, sizeMax }
          const { next, bytes } = writeRecords(slices, { from, to: all.length }, where)
          expect(next).toBeGreaterThan(from)
          expect(bytes.length).toBeLessThanOrEqual(sizeMax)
          pieces.push(Buffer.from(bytes))
          from = next
        }
        const body = expected.build({ baseTimestamp: 0n }).subarray(headerSize)
        expect(Buffer.concat(pieces).equals(body)).toBe(true)
      },
    ),
    { numRuns: 2000 },
  )
})

test('headers that stand before those of the first record are not there', () => {
  const header = encodeHeaders([{ key: 'k', value: Buffer.from('v') }])
  const spans = Int32Array.of(
    ...[-1, -1, 0, 1, 1, header.length, 2 * header.length],
    ...[-1, -1, 0, 1, 1, 0, header.length],
  )
  const headers = Buffer.concat([header, header])
  const slices = { source: Buffer.from('x'), spans, count: 2, headers }
  const where = { window: { start: 0, end: 1 }, times: { base: 0, preset: 0 }, offsetDelta: 0 }
  expect(writeRecords(slices, { from: 0, to: 2 }, { ...where, sizeMax: 1000 }).next).toBe(1)
})

test('a window that ends within the source, or the records, is enough for those before', () => {
  const all = Array.from({ length: 9_000 }, (_, i) => ({
    key: Buffer.from(`${i}`),
    value: Buffer.alloc(100, i),
    headers: [{ key: 'h', value: Buffer.alloc(40, i) }],
    time: i,
  }))
  const writer = new BatchWriter()
  const choice = { from: 0, to: all.length }
  const room = { times: { base: 0, preset: 0 }, sizeMax: 10_000_000 }
  expect(writer.appendSpans(slicesOf(all), choice, room)).toBe(all.length)
  const back = [...records(writer.build({ baseTimestamp: 0n }))]
  expect(back.map(({ key, value }) => [String(key), value![0], value!.length])).toEqual(
    all.map((_, i) => [String(i), i % 256, 100]),
  )
  expect(
    back.every(({ timestamp, headers }, i) => Number(timestamp) === i && headers.length === 1),
  ).toBe(true)
})

test('its bytes are what its source becomes (npm run engine)', async () => {
  const script = join(projectRoot, 'scripts', 'engine.mjs')
  const checked = await run({ command: process.execPath, args: [script, '--check'] })
  expect([checked.code, checked.stderr.toString()]).toEqual([0, ''])
})

type Record = {
  key: Uint8Array | null
  value: Uint8Array | null
  headers: { key: string; value: Uint8Array | null }[]
  time: number
}

function slicesOf(all: readonly Record[]): Slices {
  const spans = new Int32Array(all.length * spanWidth)
  const source: Uint8Array[] = []
  const headers: Uint8Array[] = []
  const [size, headersSize] = [{ value: 0 }, { value: 0 }]
  const place = (part: Uint8Array | null, at: number) => {
    spans[at] = part === null ? -1 : size.value
    size.value += part?.length ?? 0
    spans[at + 1] = part === null ? -1 : size.value
    if (part !== null) source.push(part)
  }
  all.forEach((each, index) => {
    const at = index * spanWidth
    place(each.key, at)
    place(each.value, at + 2)
    const encoded = encodeHeaders(each.headers)
    headers.push(encoded)
    spans[at + 4] = each.headers.length
    spans[at + 5] = headersSize.value
    headersSize.value += encoded.length
    spans[at + 6] = headersSize.value
  })
  return {
    source: Buffer.concat(source),
    spans,
    count: all.length,
    headers: Buffer.concat(headers),
    timestamps: Float64Array.from(all, ({ time }) => time),
  }
}

function cutAll(source: Buffer, start: number): string[] {
  const lines: string[] = []
  for (let from = start; from < source.length; ) {
    const cut = cutLines(source, from)
    if (cut.count === 0) break
    lines.push(...linesOf(cut))
    // A line end that stands astride the end of what was looked at.
    const isAstride = source[cut.next - 1] === 13 && source[cut.next] === 10
    from = isAstride ? cut.next + 1 : cut.next
  }
  return lines
}

function linesOf({ source, bounds, count }: ReturnType<typeof cutLines>): string[] {
  return Array.from({ length: count }, (_, i) =>
    Buffer.from(source.subarray(bounds[i * 2], bounds[i * 2 + 1])).toString(),
  )
}

function partsOf({
  source,
  spans,
  count,
}: {
  source: Uint8Array
  spans: Int32Array
  count: number
}) {
  const part = (at: number) =>
    spans[at]! < 0 ? null : Buffer.from(source.subarray(spans[at], spans[at + 1])).toString()
  return Array.from({ length: count }, (_, i) => [part(i * spanWidth), part(i * spanWidth + 2)])
}
