/**
 * The order in which programs with Kafka's consumer see what one answer brought. A poll takes up to `max.poll.records` records, from
 * one partition after the other, and gives them out of a hash map; so where one partition ends and the next begins, their order is
 * that of the map.
 */
import * as layout from '../../protocol/batch/layout.ts'
import { javaHashMapOrder, topicPartitionHash } from '../../protocol/java-hash-map.ts'

export type Fetched = {
  readonly state: { readonly topic: string; readonly partition: number }
  readonly bytes: Uint8Array
  readonly startOffset: bigint
  /** Some of the records may be left out, and only reading them tells which. */
  readonly isFiltered: boolean
}

/** Records of one partition from one offset up to, and without, another one; null: up to the end. The batches are whole. */
export type Piece<F> = {
  readonly fetched: F
  readonly from: bigint
  readonly to: bigint | null
  readonly bytes: Uint8Array
}

/** Everything in its order, or null where nothing has to be moved, or where one poll does not take it and only reading tells how many would. */
export function asPolled<F extends Fetched>(
  all: readonly F[],
  maxPollRecords: number,
): Piece<F>[] | null {
  if (all.length < 2) return null
  const whole = all.map((fetched) => ({ fetched, ...countOf(fetched) }))
  const sum = whole.reduce((before, { count }) => before + count, 0)
  if (sum > maxPollRecords && !whole.every(({ isExact }) => isExact)) return null
  const polled = pollsOf(whole, maxPollRecords).flatMap((poll) =>
    javaHashMapOrder(poll, { hash: ({ fetched }) => topicPartitionHash(fetched.state) }),
  )
  return joined(polled).map(pieceOf)
}

type Whole<F> = { readonly fetched: F; readonly count: number }

/** Records by their places among those of the partition, of which there are `count`. */
type Stretch<F> = Whole<F> & { readonly from: number; readonly to: number }

/** How many records are handed out; not exactly, but at most so many, where the headers of the batches do not tell which they are. */
function countOf({ bytes, startOffset, isFiltered }: Fetched): { count: number; isExact: boolean } {
  let count = 0
  let isExact = !isFiltered
  for (const at of layout.batches(bytes)) {
    if (layout.magicOf(bytes, at) < 2) {
      count++
      isExact = false
    } else if (!layout.isControl(bytes, at)) {
      const size = layout.countOf(bytes, at)
      const hasGaps = layout.lastOffsetDeltaOf(bytes, at) + 1 !== size
      count += hasGaps ? size : Math.max(size - passedOver(bytes, at, startOffset), 0)
      if (hasGaps) isExact = false
    }
  }
  return { count, isExact }
}

function passedOver(bytes: Uint8Array, at: number, startOffset: bigint): number {
  const baseOffset = layout.baseOffsetOf(bytes, at)
  return startOffset > baseOffset ? Number(startOffset - baseOffset) : 0
}

function pollsOf<F>(whole: readonly Whole<F>[], max: number): Stretch<F>[][] {
  const polls: Stretch<F>[][] = [[]]
  let left = max
  for (const each of whole) {
    const head = Math.min(each.count, left)
    polls.at(-1)!.push({ ...each, from: 0, to: head })
    left -= head
    if (left > 0) continue
    // What fills polls by itself lies between the end of this one and the beginning of another.
    const tail = each.count - ((each.count - head) % max)
    polls.push([{ ...each, from: head, to: tail }], [{ ...each, from: tail, to: each.count }])
    left = max - (each.count - tail)
  }
  // Where there is nothing to hand out, the position moves on all the same.
  return polls.map((poll) => poll.filter(({ from, to, count }) => from < to || count === 0))
}

/** What goes on where it ended need not be cut there. */
function joined<F>(all: readonly Stretch<F>[]): Stretch<F>[] {
  const long: Stretch<F>[] = []
  for (const each of all) {
    const last = long.at(-1)
    if (last?.fetched === each.fetched) long[long.length - 1] = { ...last, to: each.to }
    else long.push(each)
  }
  return long
}

function pieceOf<F extends Fetched>({ fetched, from, to, count }: Stretch<F>): Piece<F> {
  const { bytes, startOffset } = fetched
  const first = from === 0 ? { at: 0, offset: startOffset } : placeOf(fetched, from)
  if (to === count)
    return { fetched, from: first.offset, to: null, bytes: bytes.subarray(first.at) }
  const next = placeOf(fetched, to)
  const end = next.isFirst ? next.at : next.at + layout.wholeBatchSize(bytes, next.at)
  return { fetched, from: first.offset, to: next.offset, bytes: bytes.subarray(first.at, end) }
}

/** In which batch a record is, and its offset. */
function placeOf({ bytes, startOffset }: Fetched, index: number) {
  let left = index
  for (const at of layout.batches(bytes)) {
    if (layout.isControl(bytes, at)) continue
    const passed = passedOver(bytes, at, startOffset)
    const count = Math.max(layout.countOf(bytes, at) - passed, 0)
    if (left < count) {
      return {
        at,
        offset: layout.baseOffsetOf(bytes, at) + BigInt(passed + left),
        isFirst: left === 0,
      }
    }
    left -= count
  }
  throw new RangeError(`there is no record ${index}`)
}
