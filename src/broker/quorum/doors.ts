/** What the quorum needs of the world, as narrow as it can be: a log, some small files, and its peers. */
import type { ErrorName } from '../../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../protocol/schema.ts'

/** The log of `__cluster_metadata-0`; a PartitionLog is one. */
export interface MetadataLog {
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
  appendAsLeader(
    records: Uint8Array,
    options: { leaderEpoch: number; origin: 'raft'; now: number },
  ): { ok: true; baseOffset: bigint } | { ok: false; error: ErrorName; message: string | null }
  appendAsFollower(batches: Uint8Array): unknown
  read(
    offset: bigint,
    options: { bytesMax: number; upTo: bigint; atLeastOneBatch: boolean },
  ): { bytes: Uint8Array }
  advanceHighWatermark(offset: bigint): unknown
  truncateTo(offset: bigint): void
  /** Drops everything and begins anew at this offset. */
  restartAt(offset: bigint): void
  advanceLogStartOffset(offset: bigint): void
  flush(): Promise<void>
}

/** The files beside the log: quorum-state and snapshots. Names are plain, without a folder. */
export interface QuorumFiles {
  list(): string[]
  read(name: string): Uint8Array | null
  /** Whole or not at all, and safe when it returns. */
  replace(name: string, bytes: Uint8Array): void
  /** A piece of a file that is being received. */
  writeAt(name: string, position: number, bytes: Uint8Array): void
  /** Makes what was written safe, then gives it its name. */
  publish(from: string, to: string): void
  remove(name: string): void
}

/** The way to the other nodes. */
export interface Peers {
  /** Rejects with a KafkaError when there is no answer in time or at all. */
  call<A extends AnyApi>(
    to: number,
    api: A,
    request: RequestOf<A>,
    options: { timeoutMs: number },
  ): Promise<ResponseOf<A>>
  /** Keeps an eye on a node, so that its end is told at once. */
  watch?(nodeId: number): void
}

/** For a quorum of one. */
export const noPeers: Peers = {
  call: (to) => Promise.reject(new Error(`there is no node ${to}`)),
}
