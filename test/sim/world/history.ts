/**
 * What must hold at every moment, whatever the world does: epochs have one leader, nothing goes back, and what is committed is
 * the same bytes everywhere, for ever.
 */
import type { Hosted } from '../../../src/broker/hosted.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
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

interface Seen {
  readonly life: Life
  highWatermark: bigint
  leaderEpoch: number
  checkedTo: bigint
}

const readBytesMax = 1 << 20

export class History {
  /** Who led which epoch of which partition, the metadata's among them. */
  readonly #leaders = new Map<string, number>()
  readonly #seen = new Map<string, Seen>()
  /** Committed batches by partition and offset. */
  readonly #committed = new Map<string, Map<bigint, Buffer>>()
  readonly #was = new WeakMap<Hosted, { role: string; leaderEpoch: number; safe: bigint }>()
  checks = 0
  leaderships = 0

  check(broker: SimBroker): void {
    const { node } = broker
    if (node === null) return
    for (const hosted of node.replicas.all()) {
      const { log, state } = hosted
      if (!this.#isNews(hosted)) continue
      const name = log.topicId + log.name
      if (state.role === 'leading') this.#leads(name, state.leaderEpoch, broker.id)
      this.#compare(broker, { name, log, epoch: state.leaderEpoch, safe: state.highWatermark })
    }
    if (!broker.isReady) return
    const { quorum } = node
    if (quorum.isActive) this.#leads('the quorum', quorum.leaderEpoch, broker.id)
    const log = node.logs.metadataLog()
    const { leaderEpoch: epoch, image } = quorum
    this.#compare(broker, { name: 'the metadata', log, epoch, safe: image.offset })
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

  /** What records say that lie in this broker's log below what is safe. */
  valuesOf({ node }: SimBroker, topic: string, partition: number): string[] {
    const { log, state } = node!.replicas.get(topic, partition)!
    const values: string[] = []
    for (let offset = log.logStartOffset; offset < state.highWatermark; ) {
      const upTo = state.highWatermark
      const { bytes } = log.read(offset, { bytesMax: readBytesMax, upTo, atLeastOneBatch: true })
      for (const place of batches(bytes)) {
        offset = lastOffsetOf(bytes, place) + 1n
        if (isControl(bytes, place)) continue
        for (const { value } of records(bytes, place)) values.push(Buffer.from(value!).toString())
      }
    }
    return values
  }

  #leads(name: string, epoch: number, id: number): void {
    const key = `${name} ${epoch}`
    const known = this.#leaders.get(key)
    if (known === undefined) this.leaderships++
    ensure(known === undefined || known === id, `${key} is led by ${known} and ${id}`)
    this.#leaders.set(key, id)
  }

  #compare(
    broker: SimBroker,
    at: { name: string; log: PartitionLog; epoch: number; safe: bigint },
  ): void {
    const { name, log, epoch, safe } = at
    const key = `${broker.id} ${name}`
    let seen = this.#seen.get(key)
    if (seen?.life !== broker.machine.life) {
      seen = { life: broker.machine.life, highWatermark: safe, leaderEpoch: epoch, checkedTo: -1n }
      this.#seen.set(key, seen)
    }
    ensure(safe >= seen.highWatermark, `${key}: what is safe went back to ${safe}`)
    ensure(epoch >= seen.leaderEpoch, `${key}: the epoch went back to ${epoch}`)
    ensure(safe <= log.logEndOffset, `${key}: ${safe} is safe, and the log ends before`)
    seen.highWatermark = safe
    seen.leaderEpoch = epoch
    if (safe === seen.checkedTo) return
    this.checks++
    const from = seen.checkedTo < log.logStartOffset ? log.logStartOffset : seen.checkedTo
    this.#match(name, key, log, from, safe)
    seen.checkedTo = safe
  }

  /** Every batch below what is safe is the one that was safe there first. */
  #match(name: string, key: string, log: PartitionLog, from: bigint, safe: bigint): void {
    const committed = this.#committed.get(name) ?? new Map<bigint, Buffer>()
    this.#committed.set(name, committed)
    for (let offset = from; offset < safe; ) {
      const { bytes } = log.read(offset, {
        bytesMax: readBytesMax,
        upTo: safe,
        atLeastOneBatch: true,
      })
      let end = offset
      for (const place of batches(bytes)) {
        const batch = Buffer.from(bytes.subarray(place, place + sizeOf(bytes, place)))
        const baseOffset = baseOffsetOf(batch)
        end = lastOffsetOf(batch) + 1n
        const known = committed.get(baseOffset)
        ensure(
          known?.equals(batch) !== false,
          `${key}: another batch was committed at ${baseOffset}`,
        )
        if (known === undefined) committed.set(baseOffset, batch)
      }
      ensure(end > offset, `${key}: nothing to read at ${offset}, below ${safe}`)
      offset = end
    }
  }
}

export class Violation extends Error {
  override name = 'Violation'
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Violation(message)
}
