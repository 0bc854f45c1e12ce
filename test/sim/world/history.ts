/**
 * What must hold at every moment, whatever the world does: epochs have one leader, nothing goes back, and what is committed is
 * the same bytes everywhere, for ever.
 */
import type { Hosted } from '../../../src/broker/hosted.ts'
import type { BrokerNode } from '../../../src/broker/node.ts'
import { readBatches } from '../../../src/broker/quorum/batches.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import type { MetadataRecord } from '../../../src/metadata/records.ts'
import {
  baseOffsetOf,
  batches,
  isControl,
  lastOffsetOf,
  sizeOf,
} from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import type { SimBroker } from './broker.ts'
import type { Life } from './machine.ts'
import { loose, passing } from './topics.ts'

interface Seen {
  readonly life: Life
  readonly log: PartitionLog
  highWatermark: bigint
  leaderEpoch: number
  checkedTo: bigint
  /** Of the metadata: what was written lately, for a snapshot may let go of it in the moment in which it is committed. */
  readonly written: Map<bigint, Buffer>
  writtenTo: bigint
}

interface WasQuorum {
  readonly leaderEpoch: number
  readonly isActive: boolean
  readonly safe: bigint
  readonly logEndOffset: bigint
}

interface Looked {
  readonly name: string
  readonly log: PartitionLog
  readonly epoch: number
  readonly safe: bigint
  /** Whether it leads the quorum whose log this is. */
  readonly leads?: boolean
}

const readBytesMax = 1 << 20
const metadata = 'the metadata'

export class History {
  /** Who led which epoch of which partition, the metadata's among them. */
  readonly #leaders = new Map<string, number>()
  readonly #seen = new Map<string, Seen>()
  /** Committed batches by partition and offset. */
  readonly #committed = new Map<string, Map<bigint, Buffer>>()
  readonly #was = new WeakMap<Hosted, { role: string; leaderEpoch: number; safe: bigint }>()
  readonly #wasQuorum = new WeakMap<BrokerNode['quorum'], WasQuorum>()
  /** Those that brokers have seen; no end of a process takes one back. */
  readonly #quorumEpochs = new Map<number, number>()
  checks = 0
  leaderships = 0
  /** A broker lost what it held, or some of it. */
  hasLostOne = false

  check(broker: SimBroker): void {
    const { node } = broker
    if (node === null) return
    for (const hosted of node.replicas.all()) {
      if (!this.#isNews(hosted)) continue
      const { log, state } = hosted
      const name = log.topicId + log.name
      if (state.role === 'leading') this.#leads(name, state.leaderEpoch, broker.id)
      this.#compare(broker, { name, log, epoch: state.leaderEpoch, safe: state.highWatermark })
    }
    if (!broker.isReady) this.#noteMetadata(broker, node)
    else if (this.#isNewsOfQuorum(node)) this.#checkQuorum(broker, node)
  }

  #checkQuorum(broker: SimBroker, { quorum, logs }: BrokerNode): void {
    const epochWas = this.#quorumEpochs.get(broker.id) ?? 0
    ensure(
      !broker.isVoter || quorum.leaderEpoch >= epochWas,
      `broker ${broker.id}: the epoch of the quorum went back`,
    )
    this.#quorumEpochs.set(broker.id, quorum.leaderEpoch)
    if (quorum.isActive) this.#leads('the quorum', quorum.leaderEpoch, broker.id)
    const log = logs.metadataLog()
    const { leaderEpoch: epoch, image } = quorum
    const leads = quorum.isActive
    this.#compare(broker, { name: metadata, log, epoch, safe: image.offset, leads })
  }

  /** What it commits is seen when it is ready; a snapshot may let go of that before, where it is a quorum of its own. */
  #noteMetadata(broker: SimBroker, { logs }: BrokerNode): void {
    const log = logs.metadataLog()
    this.#noteWritten(this.#seenOf(broker, { name: metadata, log, epoch: 0, safe: 0n }))
  }

  /** Most steps change nothing for most replicas. */
  #isNews(hosted: Hosted): boolean {
    const { role, leaderEpoch, highWatermark } = hosted.state
    const was = this.#was.get(hosted)
    if (was?.role === role && was.leaderEpoch === leaderEpoch && was.safe === highWatermark) {
      return false
    }
    this.#was.set(hosted, { role, leaderEpoch, safe: highWatermark })
    return true
  }

  #isNewsOfQuorum({ quorum, logs }: BrokerNode): boolean {
    const { leaderEpoch, isActive, image } = quorum
    const { logEndOffset } = logs.metadataLog()
    const was = this.#wasQuorum.get(quorum)
    if (
      was?.leaderEpoch === leaderEpoch &&
      was.isActive === isActive &&
      was.safe === image.offset &&
      was.logEndOffset === logEndOffset
    ) {
      return false
    }
    this.#wasQuorum.set(quorum, { leaderEpoch, isActive, safe: image.offset, logEndOffset })
    return true
  }

  /** What records say that lie in this broker's log below what is safe. */
  valuesOf({ node }: SimBroker, topic: string, partition: number): string[] {
    const { log, state } = node!.replicas.get(topic, partition)!
    const values: string[] = []
    for (const batch of batchesOf(log, log.logStartOffset, state.highWatermark)) {
      if (isControl(batch)) continue
      for (const { value } of records(batch)) values.push(Buffer.from(value!).toString())
    }
    return values
  }

  /** Once more, from its start: what was safe is still there, every byte of it. */
  checkWhole({ id, node }: SimBroker): void {
    for (const { log, state } of node!.replicas.all()) {
      if (this.#mayLose(log.topic)) continue
      const name = log.topicId + log.name
      this.#match(name, `${id} ${name}`, log, log.logStartOffset, state.highWatermark)
    }
  }

  /** One replica in sync is enough for what passes: it may be the one that lost it, and be all that is left to lead. */
  #mayLose(name: string): boolean {
    return name === loose || (name === passing && this.hasLostOne)
  }

  /** All that was ever committed to the metadata, whatever snapshots have replaced. */
  metadataRecords(): MetadataRecord[] {
    const committed = this.#committed.get(metadata) ?? new Map<bigint, Buffer>()
    return [...committed.values()].flatMap((batch) =>
      [...readBatches(batch)].flatMap(({ records }) => records),
    )
  }

  #leads(name: string, epoch: number, id: number): void {
    const key = `${name} ${epoch}`
    const known = this.#leaders.get(key)
    if (known === undefined) this.leaderships++
    ensure(known === undefined || known === id, `${key} is led by ${known} and ${id}`)
    this.#leaders.set(key, id)
  }

  #seenOf(broker: SimBroker, { name, log, epoch, safe }: Looked): Seen {
    const { life } = broker.machine
    const key = `${broker.id} ${name}`
    const known = this.#seen.get(key)
    // A replica that was moved away and comes back begins anew.
    if (known?.life === life && known.log === log) return known
    const seen: Seen = {
      life,
      log,
      highWatermark: safe,
      leaderEpoch: epoch,
      checkedTo: log.logStartOffset,
      written: new Map(),
      writtenTo: 0n,
    }
    this.#seen.set(key, seen)
    return seen
  }

  #compare(broker: SimBroker, at: Looked): void {
    const { name, log, epoch, safe } = at
    const key = `${broker.id} ${name}`
    const seen = this.#seenOf(broker, at)
    if (this.#mayLose(log.topic)) return
    ensure(safe >= seen.highWatermark, `${key}: what is safe went back to ${safe}`)
    ensure(epoch >= seen.leaderEpoch, `${key}: the epoch went back to ${epoch}`)
    ensure(safe <= log.logEndOffset, `${key}: ${safe} is safe, and the log ends before`)
    if (name === metadata) this.#noteWritten(seen)
    seen.highWatermark = safe
    seen.leaderEpoch = epoch
    if (safe === seen.checkedTo) return
    this.checks++
    let from = seen.checkedTo
    // A follower's may have been replaced unseen, by a snapshot that ends where its log did; its leader has committed them.
    for (; at.leads === true && from < log.logStartOffset && from < safe; ) {
      const batch = seen.written.get(from)
      // A snapshot has come in its place.
      if (batch === undefined) break
      this.#commit(name, key, batch)
      from = lastOffsetOf(batch) + 1n
    }
    if (from < log.logStartOffset) from = log.logStartOffset
    for (const offset of seen.written.keys()) if (offset < from) seen.written.delete(offset)
    this.#match(name, key, log, from, safe)
    seen.checkedTo = safe
  }

  #noteWritten(seen: Seen): void {
    const { log, written } = seen
    if (log.logEndOffset === seen.writtenTo) return
    // What was not committed may have been replaced: by other batches, or all of it by another broker's snapshot.
    const { writtenTo, highWatermark } = seen
    const isShorter = log.logEndOffset < writtenTo && log.logStartOffset > highWatermark
    const isReplaced = log.logStartOffset > writtenTo || isShorter
    for (const offset of written.keys()) {
      if (isReplaced || offset >= log.logEndOffset) written.delete(offset)
    }
    let from = highWatermark < writtenTo ? highWatermark : writtenTo
    if (from < log.logStartOffset) from = log.logStartOffset
    for (const batch of batchesOf(log, from, log.logEndOffset)) {
      written.set(baseOffsetOf(batch), batch)
    }
    seen.writtenTo = log.logEndOffset
  }

  /** Every batch below what is safe is the one that was safe there first. */
  #match(name: string, key: string, log: PartitionLog, from: bigint, safe: bigint): void {
    let end = from
    for (const batch of batchesOf(log, from, safe)) {
      const baseOffset = baseOffsetOf(batch)
      ensure(baseOffset <= end, `${key}: nothing lies from ${end} to ${baseOffset}`)
      this.#commit(name, key, batch)
      end = lastOffsetOf(batch) + 1n
    }
    ensure(end >= safe, `${key}: nothing to read at ${end}, below ${safe}`)
  }

  #commit(name: string, key: string, batch: Buffer): void {
    let committed = this.#committed.get(name)
    if (committed === undefined) {
      committed = new Map()
      this.#committed.set(name, committed)
    }
    const baseOffset = baseOffsetOf(batch)
    const known = committed.get(baseOffset)
    ensure(known?.equals(batch) !== false, `${key}: another batch was committed at ${baseOffset}`)
    if (known === undefined) committed.set(baseOffset, batch)
  }
}

/** Whole batches; each read has a buffer of its own. */
export function* batchesOf(log: PartitionLog, from: bigint, upTo: bigint): Generator<Buffer> {
  for (let offset = from; offset < upTo; ) {
    const { bytes } = log.read(offset, { bytesMax: readBytesMax, upTo, atLeastOneBatch: true })
    const began = offset
    for (const place of batches(bytes)) {
      const batch = Buffer.from(bytes.buffer, bytes.byteOffset + place, sizeOf(bytes, place))
      yield batch
      offset = lastOffsetOf(batch) + 1n
    }
    if (offset === began) return
  }
}

export class Violation extends Error {
  override name = 'Violation'
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Violation(message)
}
