import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordCursor } from '../../../src/protocol/batch/cursor.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'
import { ensureIntact } from '../../../src/protocol/batch/integrity.ts'
import * as layout from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { spanWidth } from '../../../src/protocol/batch/spans.ts'
import { BatchWriter } from '../../../src/protocol/batch/writer.ts'

const text = (bytes: Uint8Array | null) =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1')

function textsOf(batch: Uint8Array) {
  return [...records(batch)].map(({ key, value }) => [text(key), text(value)])
}

/** A chunk of pairs, as text and as spans; a part that is absent has −1. */
function chunkOf(pairs: readonly (readonly [string | null, string | null])[]) {
  const spans = new Int32Array(pairs.length * spanWidth)
  let source = ''
  pairs.forEach((pair, i) => {
    pair.forEach((part, j) => {
      spans[i * spanWidth + j * 2] = -1
      if (part === null) return
      spans[i * spanWidth + j * 2] = source.length
      source += part
      spans[i * spanWidth + j * 2 + 1] = source.length
      source += '\n'
    })
  })
  return { source: Buffer.from(source, 'latin1'), spans }
}

/** All pairs through `appendSpans`, in as many batches as the limit asks for. */
function writeSpans(writer: BatchWriter, pairs: [string | null, string | null][], sizeMax: number) {
  const { source, spans } = chunkOf(pairs)
  const built: Uint8Array[] = []
  for (let from = 0; from < pairs.length; ) {
    const slices = { source, spans, count: pairs.length }
    const times = { base: 0, preset: 0 }
    from = writer.appendSpans(slices, { from, to: pairs.length }, { times, sizeMax })
    built.push(writer.build({ baseTimestamp: 5n }))
  }
  return built
}

const part = fc.option(
  fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 90 }) },
    { weight: 1, arbitrary: fc.nat(150_000).map((size) => 'x'.repeat(size)) },
  ),
)

test('what appendSpans writes is what append writes, in every batch', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 100, max: 400_000 }),
      fc.integer({ min: 0, max: 300_000 }),
      (pairs, sizeMax, capacity) => {
        const built = writeSpans(new BatchWriter(capacity), pairs, sizeMax)
        expect(built.flatMap(textsOf)).toEqual(pairs)
        for (const batch of built) {
          ensureIntact(batch)
          expect(layout.countOf(batch) === 1 || batch.length <= sizeMax).toBe(true)
          const again = [...records(batch)].map((record) => ({ ...record, headers: [] }))
          const one = encodeBatch({ baseTimestamp: 5n }, again)
          expect(Buffer.from(batch).equals(one)).toBe(true)
        }
      },
    ),
    { seed: 1, numRuns: 150 },
  )
})

test('a built batch stays as it is while the writer goes on, until it is given back', () => {
  const writer = new BatchWriter(200)
  const write = (value: string) => {
    writer.append(0, null, Buffer.from(value))
    return writer.build()
  }
  const first = write('one')
  const second = write('two')
  expect(textsOf(first)).toEqual([[null, 'one']])
  writer.recycle(first)
  writer.recycle(first)
  const third = write('three')
  const fourth = write('four')
  expect(third.buffer).toBe(first.buffer)
  expect(fourth.buffer).not.toBe(first.buffer)
  expect([second, third, fourth].map((batch) => textsOf(batch)[0]![1])).toEqual([
    'two',
    'three',
    'four',
  ])
})

test('bytes of another are not taken for the writer’s own', () => {
  const writer = new BatchWriter(128)
  const foreign = encodeBatch({}, [{ key: null, value: Buffer.from('theirs') }])
  writer.recycle(foreign)
  writer.append(0, null, Buffer.from('ours'))
  const ours = writer.build()
  writer.append(0, null, Buffer.from('ours again'))
  writer.build()
  expect(textsOf(foreign)).toEqual([[null, 'theirs']])
  expect(textsOf(ours)).toEqual([[null, 'ours']])
})

test('the size before a build is the size of the batch', () => {
  const writer = new BatchWriter()
  expect(writer.sizeInBytes).toBe(layout.headerSize)
  writer.append(0, Buffer.from('key'), Buffer.alloc(70_000), [{ key: 'h', value: null }])
  writer.append(3, Buffer.from('a'), Buffer.from('b'))
  const { sizeInBytes, count } = writer
  const batch = writer.build({ baseTimestamp: 10n })
  expect([batch.length, layout.countOf(batch)]).toEqual([sizeInBytes, count])
  expect(layout.maxTimestampOf(batch)).toBe(13n)
  expect([...records(batch)][1]).toMatchObject({ timestamp: 13n, offset: 1n })
})

test('times that a double cannot hold are written and read exactly', () => {
  const times = [0n, 2n ** 62n + 1n, -(2n ** 53n) - 1n, 2n ** 53n + 1n, 7n]
  const batch = encodeBatch(
    { baseTimestamp: 0n },
    times.map((timestamp) => ({ key: null, value: null, timestamp })),
  )
  expect([...records(batch)].map(({ timestamp }) => timestamp)).toEqual(times)
  expect(layout.maxTimestampOf(batch)).toBe(2n ** 62n + 1n)
})

test('a batch without records has none to read, and −1 for its last offset delta', () => {
  const batch = encodeBatch({ producerId: 4n }, [])
  expect([...records(batch)]).toEqual([])
  expect(layout.lastOffsetDeltaOf(batch)).toBe(-1)
})

test('a cursor goes from batch to batch, and back to the first record', () => {
  const one = encodeBatch({ baseOffset: 7n, compression: 'lz4' }, [
    { key: Buffer.from('k'), value: null },
    { key: null, value: Buffer.from('v'), headers: [{ key: 'é', value: Buffer.from('x') }] },
  ])
  const other = encodeBatch({ baseOffset: 9n }, [{ key: null, value: Buffer.from('w') }])
  const both = Buffer.concat([one, other])
  const cursor = new RecordCursor()
  const seen: unknown[] = []
  for (const at of layout.batches(both)) {
    cursor.open(both, at)
    while (cursor.next()) seen.push([cursor.offset(), cursor.headerCount])
    cursor.rewind()
    expect(cursor.next()).toBe(true)
  }
  expect(seen).toEqual([
    [7n, 0],
    [8n, 1],
    [9n, 0],
  ])
  expect([...records(both)][1]!.headers).toEqual([{ key: 'é', value: Buffer.from('x') }])
})
