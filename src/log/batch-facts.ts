/** What the log asks of a batch, of any magic. In the older formats a wrapper's offset is its last, and its time its largest. */
import { int64At } from '../base/bytes.ts'
import * as layout from '../protocol/batch/layout.ts'

const legacyTimestampAt = 18

export function lastOffsetOf(bytes: Uint8Array, at: number): bigint {
  return layout.magicOf(bytes, at) < 2
    ? layout.baseOffsetOf(bytes, at)
    : layout.lastOffsetOf(bytes, at)
}

/** −1 where the batch has none. */
export function maxTimestampOf(bytes: Uint8Array, at: number): bigint {
  const magic = layout.magicOf(bytes, at)
  if (magic === 0) return -1n
  return magic === 1 ? int64At(bytes, at + legacyTimestampAt) : layout.maxTimestampOf(bytes, at)
}

export function leaderEpochOf(bytes: Uint8Array, at: number): number {
  return layout.magicOf(bytes, at) < 2 ? -1 : layout.leaderEpochOf(bytes, at)
}

export function producerIdOf(bytes: Uint8Array, at: number): bigint {
  return layout.magicOf(bytes, at) < 2 ? -1n : layout.producerIdOf(bytes, at)
}

export function isControl(bytes: Uint8Array, at: number): boolean {
  return layout.magicOf(bytes, at) === 2 && layout.isControl(bytes, at)
}

/** What a segment notes of a batch. */
export interface BatchNote {
  readonly position: number
  readonly size: number
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
}
