/** A compacted log with two producers whose transactions overlap: some are committed, some aborted, some stay open for long. */
import { clean } from '../../../src/log/cleaner/clean.ts'
import { cleanable } from '../../../src/log/cleaner/select.ts'
import type { LogConfig } from '../../../src/log/log-config.ts'
import type { LogManager } from '../../../src/log/log-manager.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import {
  batches,
  isControl,
  isTransactional,
  lastOffsetOf,
  producerIdOf,
} from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { SimClock } from '../../sim/clock.ts'
import { type Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import {
  append,
  appendMarker,
  defaults,
  marker,
  play,
  readAll,
  recordText,
  topicId,
  world,
} from '../support.ts'
import type { Crash, Life } from './everywhere.ts'
import { type Entry, PartitionModel, type Promise as Promised, stateOf } from './model.ts'

const config: LogConfig = {
  ...defaults,
  segmentBytes: 400,
  indexIntervalBytes: 90,
  cleanupPolicies: ['compact'],
  dirtyRatioMin: 0,
  deleteRetentionMs: 5,
}

/** Also says who sent what. */
class TransactionsModel extends PartitionModel {
  readonly senders: bigint[] = []
}

type Observe = (disk: SimDisk, operation: Operation) => void

export class CompactedTransactions implements Life {
  readonly models = [new TransactionsModel('tx', { topicId, compacted: true })]
  readonly #disk = new SimDisk()
  readonly #clock = new SimClock()
  readonly #random: SeededRandom
  readonly #producers = [1n, 2n].map((id) => ({ id, sequence: 0, open: false }))
  #logs!: LogManager

  constructor(seed: number, observe: Observe) {
    this.#random = new SeededRandom(seed)
    this.#disk.faults = { observe: (operation) => observe(this.#disk, operation) }
  }

  async begin(): Promise<void> {
    await this.#open()
    this.#logs.create('tx', 0, topicId, config)
    this.#model.state = 'there'
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const dice = this.#random.below(100)
      if (dice < 75) this.#send()
      else if (dice < 85) await this.#compact()
      else if (dice < 92) await this.#flush()
      else if (dice < 96) this.#clock.advance(60_000)
      else {
        await this.end()
        await this.#open()
      }
    }
  }

  async end(): Promise<void> {
    await this.#logs.close({ brokerEpoch: 2n })
    this.#model.synced = this.#model.acknowledged
  }

  get #model(): TransactionsModel {
    return this.models[0]!
  }

  get #log(): PartitionLog {
    return this.#logs.get('tx', 0)!
  }

  async #open(): Promise<void> {
    const properties = { 'log.cleaner.enable': 'false' }
    const clock = this.#clock
    this.#logs = (await world(this.#disk, { config: () => config, clock, properties })).logs
    const log = this.#logs.get('tx', 0)
    log?.advanceHighWatermark(log.logEndOffset)
  }

  #send(): void {
    const log = this.#log
    const producer = this.#random.pick(this.#producers)
    const at = this.#clock.now()
    if (producer.open && this.#random.chance(0.35)) {
      producer.open = false
      const type = this.#random.chance(0.5) ? 'ABORT' : 'COMMIT'
      this.#note([type], producer.id, true)
      appendMarker(log, marker(type, { producerId: producer.id, at }))
    } else {
      producer.open = true
      const texts = Array.from({ length: 1 + this.#random.below(3) }, () => this.#text())
      this.#note(texts, producer.id, false)
      const { sequence: baseSequence, id: producerId } = producer
      const identity = { producerId, producerEpoch: 0, baseSequence, transactional: true }
      append(log, { records: texts, ...identity, at })
      producer.sequence += texts.length
    }
    log.advanceHighWatermark(log.logEndOffset)
    this.#model.acknowledged = this.#model.entries.length
  }

  #text(): string {
    const value = this.#random.chance(0.2) ? '' : `v${this.#random.below(1_000_000)}`
    return `k${this.#random.below(6)}=${value}`
  }

  #note(texts: readonly string[], sender: bigint, isMarker: boolean): void {
    const { entries, senders } = this.#model
    for (const text of texts) {
      entries.push({
        offset: BigInt(entries.length),
        text,
        marker: isMarker,
        transactional: true,
      })
      senders.push(sender)
    }
  }

  async #flush(): Promise<void> {
    const { acknowledged } = this.#model
    await this.#log.flush()
    this.#model.synced = Math.max(this.#model.synced, acknowledged)
  }

  async #compact(): Promise<void> {
    if (this.#random.chance(0.5)) this.#clock.advance(10)
    const cleaning = cleanable(this.#log, undefined, this.#clock.now())
    if (cleaning.dirtyBytes === 0) return
    const seed = this.#random.below(1 << 30)
    await play(clean(this.#log, cleaning, { now: this.#clock.now(), memoryBytes: 1 << 16, seed }))
  }
}

/** Throws with what is wrong. */
export async function verifyTransactions(
  disk: SimDisk,
  crash: Crash,
  [promised]: readonly Promised[],
): Promise<void> {
  const { logs } = await world(disk, { config: () => config })
  const { model, acknowledged, synced, asked } = promised!
  const least = crash === 'kill' ? acknowledged : synced
  const log = logs.get('tx', 0)
  if (log === undefined) {
    if (least > 0) throw new Error(`it is lost, of which ${least} were promised`)
    return
  }
  log.advanceHighWatermark(log.logEndOffset)
  const end = Number(log.logEndOffset)
  if (end < least || end > asked) {
    throw new Error(`it ends at ${end}; ${least} were promised, ${asked} sent`)
  }
  const seen = committedIn(log)
  // A power cut may leave a hole in what was not synced, which nobody can tell from what the cleaner left: with a marker in it.
  const aborted = new Set(
    endedBy('ABORT', model as TransactionsModel, crash === 'kill' ? end : synced),
  )
  for (const { offset, text } of seen) {
    const sent = model.entries[Number(offset)]!
    if (sent.text !== text) throw new Error(`${text} at ${offset}, where ${sent.text} was sent`)
    if (aborted.has(sent)) throw new Error(`${text} at ${offset}, which was aborted`)
  }
  const due = endedBy('COMMIT', model as TransactionsModel, end)
  const isStable = ({ offset }: Entry) => offset < log.lastStableOffset
  if (crash === 'kill') sameState(seen, due.filter(isStable))
  else
    nothingOlder(seen, endedBy('COMMIT', model as TransactionsModel, synced).filter(isStable), due)
  await logs.close({ brokerEpoch: 1n })
}

/** What a consumer with isolation.level=read_committed gets. */
function committedIn(log: PartitionLog): Entry[] {
  const bytes = Buffer.concat(readAll(log))
  const stable = log.lastStableOffset
  const aborted = log
    .abortedTransactions(log.logStartOffset, bytes, stable)
    .sort((a, b) => Number(a.firstOffset - b.firstOffset))
  const dropping = new Set<bigint>()
  const found: Entry[] = []
  for (const at of batches(bytes)) {
    const last = lastOffsetOf(bytes, at)
    if (last >= stable) break
    while (aborted.length > 0 && aborted[0]!.firstOffset <= last) {
      dropping.add(aborted.shift()!.producerId)
    }
    const producerId = producerIdOf(bytes, at)
    if (isControl(bytes, at)) {
      for (const { key } of records(bytes, at)) if (key![3] === 0) dropping.delete(producerId)
    } else if (!(isTransactional(bytes, at) && dropping.has(producerId))) {
      for (const record of records(bytes, at)) {
        const [, text] = recordText(record).split(' ')
        found.push({ offset: record.offset, text: text!, marker: false, transactional: true })
      }
    }
  }
  return found
}

/** Those of transactions that have such a marker before `end`. */
function endedBy(
  type: 'COMMIT' | 'ABORT',
  { entries, senders }: TransactionsModel,
  end: number,
): Entry[] {
  const open = new Map<bigint, Entry[]>()
  const found: Entry[] = []
  for (const [index, entry] of entries.slice(0, end).entries()) {
    const sender = senders[index]!
    const own = open.get(sender) ?? []
    if (!entry.marker) open.set(sender, [...own, entry])
    else {
      if (entry.text === type) found.push(...own)
      open.delete(sender)
    }
  }
  return found.sort((a, b) => Number(a.offset - b.offset))
}

function sameState(seen: readonly Entry[], due: readonly Entry[]): void {
  const [ours, theirs] = [seen, due].map((entries) =>
    [...stateOf(entries)]
      .map((pair) => pair.join('='))
      .sort()
      .join(' '),
  )
  if (ours !== theirs) throw new Error(`it says ${ours} instead of ${theirs}`)
}

/** A power cut may take what was not synced; of every key what was is there, or something later. */
function nothingOlder(
  seen: readonly Entry[],
  synced: readonly Entry[],
  committed: readonly Entry[],
): void {
  const keyOf = ({ text }: Entry) => text.slice(0, text.indexOf('='))
  const there = new Map(seen.map((entry) => [keyOf(entry), entry]))
  const safe = new Map(synced.map((entry) => [keyOf(entry), entry]))
  for (const [key, { offset, text }] of safe) {
    const last = there.get(key)
    if (last !== undefined && last.offset >= offset) continue
    const isRemoved = committed.some((each) => each.text === `${key}=` && each.offset >= offset)
    if (last !== undefined || !isRemoved) {
      throw new Error(`it says ${last?.text} for ${key}, but ${text} was synced`)
    }
  }
}
