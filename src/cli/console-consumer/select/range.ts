/** `--from`, `--to`, `--tail`: a part of a topic that begins and ends somewhere, read without a group. */
import { describeTopics } from '../../../client/admin/describe-topics.ts'
import { type IsolationLevel, listOffsets, type OffsetSpec } from '../../../client/admin/offsets.ts'
import type { Cluster } from '../../../client/cluster.ts'
import { orThrow } from '../../../client/result.ts'
import type { TopicPartition } from '../../../client/topic-partition.ts'
import { UsageError } from '../../options/checks.ts'
import type { Options } from '../../options/options.ts'
import { momentOf } from './accept.ts'

export type Range = TopicPartition & {
  readonly start: bigint
  /** What lies from here on is not wanted; null goes on for ever. */
  readonly end: bigint | null
}

/** What a range is made of; null where the command line asks for none. */
export type RangeWish = {
  readonly topic: string
  readonly partition: number | undefined
  readonly from: number | undefined
  readonly tail: number | undefined
  readonly follows: boolean
}

const makers = ['from', 'to', 'tail'] as const

export function rangeWish(
  options: Options,
  { partition, now }: { partition: number | undefined; now: number },
): RangeWish | null {
  const used = makers.find((name) => options.has(name))
  if (used === undefined) return null
  for (const other of ['group', 'offset', 'from-beginning', 'include']) {
    if (options.has(other)) throw together(used, other)
  }
  if (options.has('tail') && options.has('from')) throw together('tail', 'from')
  if (options.has('follow') && options.has('to')) throw together('follow', 'to')
  const tail = options.integer('tail')
  if (tail !== undefined && tail < 0) {
    throw new UsageError(`--tail takes a number of records, not "${tail}"`, { withHelp: false })
  }
  return {
    topic: options.text('topic')!,
    partition,
    from: momentOf(options, 'from', now),
    tail,
    follows: options.has('follow'),
  }
}

function together(one: string, other: string): UsageError {
  return new UsageError(`--${one} and --${other} cannot be used together`, { withHelp: false })
}

/** Where each partition begins and ends, as it is at this moment; those with nothing to read are left out. */
export async function rangesOf(
  cluster: Cluster,
  { topic, partition, from, tail, follows }: RangeWish,
  isolationLevel?: IsolationLevel,
): Promise<Range[]> {
  const isolation = isolationLevel === undefined ? {} : { isolationLevel }
  const partitions = partition === undefined ? await partitionsOf(cluster, topic) : [partition]
  const at = async (spec: OffsetSpec) => {
    const asked = partitions.map((each) => ({ topic, partition: each, spec }))
    const found = await listOffsets(cluster, asked, isolation)
    return new Map([...found].map(([each, result]) => [each.partition, orThrow(result).offset]))
  }
  const ends = await at('latest')
  const begins = await at('earliest')
  const sought = from === undefined ? null : await at(BigInt(Math.floor(from)))
  const start = (each: number): bigint => {
    const [begin, end] = [begins.get(each)!, ends.get(each)!]
    if (tail !== undefined) return end - BigInt(tail) > begin ? end - BigInt(tail) : begin
    if (sought === null) return begin
    // No record is as late as that: what comes from now on may be.
    return sought.get(each)! < 0n ? end : sought.get(each)!
  }
  return partitions
    .map((each) => ({
      topic,
      partition: each,
      start: start(each),
      end: follows ? null : ends.get(each)!,
    }))
    .filter(({ start, end }) => end === null || start < end)
}

async function partitionsOf(cluster: Cluster, topic: string): Promise<number[]> {
  const described = await describeTopics(cluster, [topic])
  return orThrow(described.get(topic)!).partitions.map(({ partition }) => partition)
}

/** Which of the ranges are not read to their ends yet, by what a consumer's positions say. */
export function unfinished(
  ranges: readonly Range[],
  position: (at: TopicPartition) => bigint | null,
): Range[] {
  return ranges.filter(
    (range) => range.end === null || (position(range) ?? range.start) < range.end,
  )
}
