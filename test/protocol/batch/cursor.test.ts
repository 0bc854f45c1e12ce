import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readVarint, readVarlong } from '../../../src/base/varint.ts'
import { RecordCursor } from '../../../src/protocol/batch/cursor.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'
import { headerSize } from '../../../src/protocol/batch/layout.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'

type Parts = (number | undefined)[]

/** The records as the layout tells, field by field and without any of the cursor's shortcuts; null where they are broken. */
function plainly(bytes: Uint8Array, count: number): Parts[] | null {
  const place = { bytes, position: headerSize, end: bytes.length }
  const part = (): [number, number] => {
    const size = readVarint(place)
    const start = place.position
    place.position += Math.max(size, 0)
    return size < 0 ? [-1, -1] : [start, place.position]
  }
  const all: Parts[] = []
  try {
    for (let i = 0; i < count; i++) {
      const recordEnd = readVarint(place) + place.position++
      const parts = [readVarlong(place), readVarint(place), ...part(), ...part()]
      const headerCount = readVarint(place)
      const headersStart = place.position
      if (headerCount < 0) return null
      for (let j = 0; j < headerCount; j++) {
        if (part()[0] < 0) return null
        part()
      }
      if (place.position !== recordEnd || recordEnd > bytes.length) return null
      all.push([...parts, headerCount, headersStart, recordEnd])
    }
  } catch {
    return null
  }
  return place.position === bytes.length ? all : null
}

function withCursor(bytes: Uint8Array): Parts[] | null {
  const cursor = new RecordCursor().open(bytes)
  const all: Parts[] = []
  try {
    while (cursor.next()) {
      const { timestampDelta, offsetDelta, keyStart, keyEnd, valueStart, valueEnd } = cursor
      const { headerCount, headersStart, headersEnd } = cursor
      const slices = [keyStart, keyEnd, valueStart, valueEnd]
      all.push([timestampDelta, offsetDelta, ...slices, headerCount, headersStart, headersEnd])
    }
    return all
  } catch (error) {
    if (error instanceof KafkaError) return null
    throw error
  }
}

const part = fc.option(fc.uint8Array({ maxLength: 40 }))
const record = fc.record({
  key: part,
  value: fc.oneof(part, fc.constant(new Uint8Array(20_000))),
  timestamp: fc.bigInt({ min: -20_000n, max: 20_000n }),
  offsetDelta: fc.oneof(fc.integer({ min: -3, max: 200 }), fc.integer()),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 3 }), value: part }), { maxLength: 1 }),
})

test('the cursor’s shortcuts agree with a plain reader, on sound and on mutated records', () => {
  const seen = { sound: 0, broken: 0 }
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 })
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), flips, (sent, mutations) => {
      const bytes = encodeBatch({ baseTimestamp: 0n }, sent)
      // Mostly the small records at the front, and there the varints.
      const reach = Math.min(bytes.length - headerSize, 60)
      for (const [at, byte] of mutations) bytes[headerSize + (at % reach)] = byte
      const expected = plainly(bytes, sent.length)
      expect(withCursor(bytes)).toEqual(expected)
      seen[expected === null ? 'broken' : 'sound']++
    }),
    { seed: 5, numRuns: 3000 },
  )
  expect(Math.min(seen.sound, seen.broken)).toBeGreaterThan(500)
})
