/** A metadata log and its files in memory, which survive a node that is dropped: enough to try the quorum without a disk. */

import type { MetadataLog, QuorumFiles } from '../../src/broker/quorum/doors.ts'
import {
  baseOffsetOf,
  batches,
  lastOffsetOf,
  setBaseOffset,
  setLeaderEpoch,
  sizeOf,
} from '../../src/protocol/batch/layout.ts'

export class MemoryLog implements MetadataLog {
  logStartOffset = 0n
  logEndOffset = 0n
  /** What a crash leaves. */
  flushedOffset = 0n
  flushes = 0
  #batches: Uint8Array[] = []

  appendAsLeader(records: Uint8Array, { leaderEpoch }: { leaderEpoch: number }) {
    const batch = Uint8Array.from(records)
    const baseOffset = this.logEndOffset
    setBaseOffset(batch, 0, baseOffset)
    setLeaderEpoch(batch, 0, leaderEpoch)
    this.#push(batch)
    return { ok: true, baseOffset } as const
  }

  appendAsFollower(bytes: Uint8Array): void {
    for (const at of batches(bytes)) this.#push(bytes.slice(at, at + sizeOf(bytes, at)))
  }

  #push(batch: Uint8Array): void {
    if (baseOffsetOf(batch) !== this.logEndOffset) throw new Error('a gap in the log')
    this.#batches.push(batch)
    this.logEndOffset = lastOffsetOf(batch) + 1n
  }

  read(offset: bigint, { bytesMax, upTo }: { bytesMax: number; upTo: bigint }) {
    const found: Uint8Array[] = []
    let size = 0
    for (const batch of this.#batches) {
      if (lastOffsetOf(batch) < offset || lastOffsetOf(batch) >= upTo) continue
      if (found.length > 0 && size + batch.length > bytesMax) break
      found.push(batch)
      size += batch.length
    }
    return { bytes: new Uint8Array(Buffer.concat(found)) }
  }

  advanceHighWatermark(): void {}

  truncateTo(offset: bigint): void {
    this.#batches = this.#batches.filter((batch) => lastOffsetOf(batch) < offset)
    this.logEndOffset = offset
  }

  restartAt(offset: bigint): void {
    this.#batches = []
    this.logStartOffset = offset
    this.logEndOffset = offset
  }

  advanceLogStartOffset(offset: bigint): void {
    this.#batches = this.#batches.filter((batch) => lastOffsetOf(batch) >= offset)
    this.logStartOffset = offset
  }

  async flush(): Promise<void> {
    const end = this.logEndOffset
    await Promise.resolve()
    this.flushes++
    this.flushedOffset = end
  }

  /** Loses what was never flushed. */
  crash(): void {
    this.truncateTo(this.flushedOffset)
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#batches))
  }
}

export class MemoryFiles implements QuorumFiles {
  readonly contents = new Map<string, Uint8Array>()

  list(): string[] {
    return [...this.contents.keys()]
  }

  read(name: string): Uint8Array | null {
    return this.contents.get(name) ?? null
  }

  replace(name: string, bytes: Uint8Array): void {
    this.contents.set(name, bytes)
  }

  writeAt(name: string, position: number, bytes: Uint8Array): void {
    const old = (this.contents.get(name) ?? new Uint8Array(0)).subarray(0, position)
    this.contents.set(name, new Uint8Array(Buffer.concat([old, bytes])))
  }

  publish(from: string, to: string): void {
    this.contents.set(to, this.contents.get(from)!)
    this.contents.delete(from)
  }

  remove(name: string): void {
    this.contents.delete(name)
  }
}
