/** How Kafka names what lies in a log directory: files after offsets, folders after topic and partition. */

export const logSuffix = '.log'
export const offsetIndexSuffix = '.index'
export const timeIndexSuffix = '.timeindex'
export const transactionIndexSuffix = '.txnindex'
export const snapshotSuffix = '.snapshot'
/** Out of use; removed after file.delete.delay.ms. */
export const deletedSuffix = '.deleted'
/** The cleaner writes it; incomplete. */
export const cleanedSuffix = '.cleaned'
/** Complete and about to replace the originals. */
export const swapSuffix = '.swap'

export const segmentSuffixes = [
  logSuffix,
  offsetIndexSuffix,
  timeIndexSuffix,
  transactionIndexSuffix,
] as const

/** An offset in 20 digits. */
export function offsetName(offset: bigint): string {
  return String(offset).padStart(20, '0')
}

const digits = 20

/** The offset that begins the name of a file with this suffix; null for another kind of file. */
export function offsetOf(name: string, suffix: string): bigint | null {
  if (name.length !== digits + suffix.length || !name.endsWith(suffix)) return null
  const text = name.slice(0, digits)
  return /^\d+$/.test(text) ? BigInt(text) : null
}

export type FolderState = 'live' | 'delete' | 'future' | 'stray'

export interface PartitionFolder {
  readonly topic: string
  readonly partition: number
  readonly state: FolderState
}

/** What the folder of a partition is; null for a name that Kafka would not give. */
export function parseFolder(name: string): PartitionFolder | null {
  const marked = /^(.+)\.[0-9a-f]{32}-(delete|future|stray)$/.exec(name)
  const plain = /^(.+)-(\d+)$/.exec(marked?.[1] ?? name)
  if (plain === null || (marked === null && /-(delete|future|stray)$/.test(name))) return null
  return {
    topic: plain[1]!,
    partition: Number(plain[2]),
    state: (marked?.[2] as FolderState | undefined) ?? 'live',
  }
}

const fileNameMax = 255

/** The name that a partition's folder gets when it is out of use or not yet in use; a long topic name is cut. */
export function markedFolder(
  topic: string,
  partition: number,
  { state, uniqueHex }: { state: Exclude<FolderState, 'live'>; uniqueHex: string },
): string {
  const suffix = `-${partition}.${uniqueHex}-${state}`
  return topic.slice(0, fileNameMax - suffix.length) + suffix
}

/** A topic's name may be too long for the folder of a copy, which has to tell the whole of it (KAFKA-4893). */
export function futureFolderFits(topic: string, partition: number): boolean {
  return `${topic}-${partition}.`.length + uniqueDigits + '-future'.length <= fileNameMax
}

const uniqueDigits = 32

export const metadataTopic = '__cluster_metadata'
