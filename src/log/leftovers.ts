/** What half-done work left in a partition's folder, as Kafka clears it at start: finished if it was complete, else removed. */
import { ascending, smaller } from '../base/bigint.ts'
import type { LogContext } from './context.ts'
import * as names from './names.ts'

export interface FolderContents {
  /** Base offsets, ascending. */
  readonly segments: bigint[]
  readonly snapshots: bigint[]
  readonly names: ReadonlySet<string>
}

/**
 * `.deleted` and `.cleaned` go. A `.swap` is complete: it takes the place of the segments that it was made from. One that begins
 * at or behind a `.cleaned` belongs to work that was not complete, and goes too (KAFKA-6264).
 */
export function settleFolder(
  { disk, logger }: LogContext,
  folder: string,
  lastOffsetOf: (swapLogName: string) => bigint,
): FolderContents {
  let present = disk.names(folder)
  const removed: string[] = []
  const remove = (name: string) => {
    disk.remove(`${folder}/${name}`)
    removed.push(name)
  }
  const leftovers = present.filter((name) => isOurs.test(name))
  if (leftovers.length > 0) {
    const cleaned = leftovers.filter((name) => name.endsWith(names.cleanedSuffix)).map(baseOf)
    const firstCleaned = cleaned.length === 0 ? null : cleaned.reduce(smaller)
    const isWhole = (name: string) => firstCleaned === null || baseOf(name) < firstCleaned
    const [swaps, halfDone] = split(leftovers.filter(isSwap), isWhole)
    halfDone.forEach(remove)
    // A stop in the middle of this must not leave a `.swap` without the `.cleaned` that tells what it is.
    if (halfDone.length > 0) disk.syncDirectory(folder)
    for (const name of leftovers) if (!isSwap(name)) remove(name)
    if (swaps.length > 0) finishSwap({ disk, logger }, folder, swaps, present, lastOffsetOf)
    present = disk.names(folder)
  }
  const contents = contentsOf(present, remove)
  if (removed.length > 0) logger.info({ folder, removed }, 'removed what a stop left behind')
  return contents
}

function finishSwap(
  { disk, logger }: Pick<LogContext, 'disk' | 'logger'>,
  folder: string,
  swaps: readonly string[],
  present: readonly string[],
  lastOffsetOf: (swapLogName: string) => bigint,
): void {
  const logs = swaps.filter((name) => name.endsWith(names.logSuffix + names.swapSuffix))
  const bases = logs.map(baseOf)
  for (const [index, log] of logs.entries()) {
    const last = lastOffsetOf(log)
    // The log gets its name before its indexes do: those at the same base are of the old one. Apache's cleaner makes no `.txnindex`
    // where no aborted transaction is left; with the old one, readers would take committed records for aborted.
    const replaced = present.filter((name) => {
      const base = names.segmentSuffixes
        .map((suffix) => names.offsetOf(name, suffix))
        .find(isNumber)
      return base !== undefined && base >= bases[index]! && base <= last
    })
    for (const name of replaced) disk.remove(`${folder}/${name}`)
  }
  // Never both for a start that comes after us: the old ones are away for good before the new one has its name.
  disk.syncDirectory(folder)
  const rename = (name: string) => {
    logger.warn({ file: `${folder}/${name}` }, 'finished the swap of a cleaned segment')
    disk.rename(`${folder}/${name}`, `${folder}/${name.slice(0, -names.swapSuffix.length)}`)
  }
  logs.forEach(rename)
  disk.syncDirectory(folder)
  for (const name of swaps) if (!logs.includes(name)) rename(name)
  disk.syncDirectory(folder)
}

function contentsOf(present: readonly string[], remove: (name: string) => void): FolderContents {
  const all = new Set(present)
  const segments = new Set<bigint>()
  const snapshots: bigint[] = []
  for (const name of present) {
    const base = names.offsetOf(name, names.logSuffix)
    if (base !== null) segments.add(base)
    const snapshot = names.offsetOf(name, names.snapshotSuffix)
    if (snapshot !== null) snapshots.push(snapshot)
  }
  for (const name of present) {
    for (const suffix of indexSuffixes) {
      const base = names.offsetOf(name, suffix)
      if (base === null || segments.has(base)) continue
      remove(name)
      all.delete(name)
    }
  }
  return { segments: [...segments].sort(ascending), snapshots, names: all }
}

const indexSuffixes = [
  names.offsetIndexSuffix,
  names.timeIndexSuffix,
  names.transactionIndexSuffix,
] as const

// Somebody's `notes.tmp` stays; and it must not tell that a swap is half done.
const isOurs =
  /^(\d{20}(-\d{10})?\.[a-z]+\.(deleted|cleaned|swap|tmp)|(leader-epoch-checkpoint|partition\.metadata|quorum-state)\.tmp)$/

const isSwap = (name: string) => name.endsWith(names.swapSuffix)

const isNumber = (value: bigint | null): value is bigint => value !== null

function baseOf(name: string): bigint {
  return BigInt(/^\d{20}/.exec(name)?.[0] ?? 0)
}

function split<T>(all: readonly T[], holds: (each: T) => boolean): [those: T[], others: T[]] {
  return [all.filter(holds), all.filter((each) => !holds(each))]
}
