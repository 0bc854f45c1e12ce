import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asPolled, type Fetched } from '../../src/client/consumer/polls.ts'
import { RecordRun } from '../../src/client/consumer/record-run.ts'
import { RecordCursor } from '../../src/protocol/batch/cursor.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import { javaHashMapOrder, topicPartitionHash } from '../../src/protocol/java-hash-map.ts'

type Batch = { count: number; isControl: boolean; compression: 'none' | 'gzip' }

/** What a broker answers for a partition whose batches begin at offset 10, to whoever asks from some offset of the first one on. */
function fetchedOf(partition: number, batches: readonly Batch[], startOffset: number): Fetched {
  let next = 10n
  const all = batches.map(({ count, isControl, compression }) => {
    const values = Array.from({ length: count }, (_, i) => Buffer.from(String(Number(next) + i)))
    const records = values.map((value) => ({ key: isControl ? Buffer.alloc(4) : null, value }))
    const batch = encodeBatch({ baseOffset: next, compression, control: isControl }, records)
    next += BigInt(count)
    return batch
  })
  return {
    state: { topic: 't', partition },
    bytes: Buffer.concat(all),
    startOffset: BigInt(startOffset),
    isFiltered: false,
  }
}

type Seen = { partition: number; offset: number }

function seenIn({ state, bytes, startOffset }: Fetched, endOffset: bigint | null = null): Seen[] {
  const aborted = null
  const records = { ...state, bytes, startOffset, endOffset, aborted, checkCrcs: true }
  const run = new RecordRun(records, new RecordCursor())
  const seen: Seen[] = []
  while (run.next()) {
    expect(run.position).toBe(run.offset() + 1n)
    seen.push({ partition: state.partition, offset: Number(run.offset()) })
  }
  if (endOffset !== null) expect(run.position).toBe(endOffset)
  return seen
}

/** Poll by poll, as Kafka's consumer takes them. */
function plainly(all: readonly Fetched[], max: number): Seen[] {
  const queue = all.map((each) => seenIn(each))
  const seen: Seen[] = []
  while (queue.length > 0) {
    const poll: { topic: string; partition: number; seen: Seen[] }[] = []
    for (let left = max; left > 0 && queue.length > 0; ) {
      const taken = queue[0]!.splice(0, left)
      if (taken.length > 0) poll.push({ topic: 't', partition: taken[0]!.partition, seen: taken })
      left -= taken.length
      if (queue[0]!.length === 0) queue.shift()
    }
    for (const { seen: some } of javaHashMapOrder(poll, { hash: topicPartitionHash })) {
      seen.push(...some)
    }
  }
  return seen
}

const batch = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  isControl: fc.constant(false),
  compression: fc.constantFrom('none' as const, 'gzip' as const),
})
const control = fc.constant({ count: 1, isControl: true, compression: 'none' as const })

test('records come in the order in which polls of so many take them', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.array(fc.oneof({ weight: 4, arbitrary: batch }, control), { minLength: 1 }),
          fc.nat(3),
        ),
        { minLength: 2, maxLength: 6 },
      ),
      fc.integer({ min: 1, max: 40 }),
      (partitions, max) => {
        const all = partitions.map(([batches, skipped], partition) =>
          fetchedOf(partition, batches, 10 + Math.min(skipped, batches[0]!.count - 1)),
        )
        const pieces = asPolled(all, max)
        if (pieces === null) {
          expect(all.some((each) => seenIn(each).length === 0)).toBe(true)
          return
        }
        const seen = pieces.flatMap(({ fetched, bytes, from, to }) =>
          seenIn({ ...fetched, bytes, startOffset: from }, to),
        )
        expect(seen).toEqual(plainly(all, max))
        // Nothing is cut that need not be.
        for (const [index, { fetched }] of pieces.entries()) {
          expect(pieces[index + 1]?.fetched).not.toBe(fetched)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  { why: 'one partition', all: [fetchedOf(0, [plain(3)], 10)] },
  {
    why: 'some of it was aborted',
    all: [fetchedOf(0, [plain(3)], 10), { ...fetchedOf(1, [plain(3)], 10), isFiltered: true }],
  },
  { why: 'there are gaps', all: [fetchedOf(0, [plain(3)], 10), gapped()] },
])('what nobody can tell, or nobody has to, stays as it was asked for: $why', ({ all }) => {
  expect(asPolled(all, 2)).toBeNull()
})

test.each([
  { why: 'some of it was aborted', other: { ...fetchedOf(1, [plain(3)], 10), isFiltered: true } },
  { why: 'there are gaps', other: gapped() },
  { why: 'nothing but a marker', other: fetchedOf(1, [{ ...plain(1), isControl: true }], 10) },
])('what one poll takes in any case comes out of its map: $why', ({ other }) => {
  const all = [0, 2].map((partition) => fetchedOf(partition, [plain(3)], 10)).toSpliced(1, 0, other)
  const order = javaHashMapOrder(all, { hash: ({ state }) => topicPartitionHash(state) })
  expect(order).not.toEqual(all)
  const pieces = asPolled(all, 9)!
  expect(pieces.map(({ fetched }) => fetched)).toEqual(order)
  for (const { fetched, bytes, from, to } of pieces) {
    expect([bytes, from, to]).toEqual([fetched.bytes, fetched.startOffset, null])
  }
})

function plain(count: number): Batch {
  return { count, isControl: false, compression: 'none' }
}

function gapped(): Fetched {
  const value = Buffer.from('v')
  const bytes = encodeBatch({ baseOffset: 10n }, [
    { key: null, value },
    { key: null, value, offsetDelta: 2 },
  ])
  return { state: { topic: 't', partition: 1 }, bytes, startOffset: 10n, isFiltered: false }
}
