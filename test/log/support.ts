/** Logs over a simulated disk, and batches for them. */

import type { Appended } from '../../src/log/appended.ts'
import type { Cleaned, Work } from '../../src/log/cleaner/clean.ts'
import type { Logger } from '../../src/log/context.ts'
import { type LogConfig, logConfig } from '../../src/log/log-config.ts'
import { LogManager, type LogManagerOptions } from '../../src/log/log-manager.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { encodeBatch, type NewRecord } from '../../src/protocol/batch/encode.ts'
import type { BatchFields } from '../../src/protocol/batch/fields.ts'
import { batches } from '../../src/protocol/batch/layout.ts'
import { type BatchRecord, records } from '../../src/protocol/batch/reader.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { endTxnRecord } from '../../src/protocol/records/control-batch.ts'
import { SimClock } from '../sim/clock.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'

export const topicId = '10rBQGINQeCN905-f8sBxg'
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

export const defaults: LogConfig = (() => {
  const topic = new BrokerConfigs({ fixed: new Map() }).topic()
  return logConfig((name) => topic.get(name))
})()

/** What was logged, for tests that look at messages. */
export function listeningLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const take = (level: string) => (fields: object, message: string) => {
    lines.push(`${level}: ${message} ${JSON.stringify(fields, bigintText)}`)
  }
  return {
    lines,
    debug: take('debug'),
    info: take('info'),
    warn: take('warn'),
    error: take('error'),
  }
}

const bigintText = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? String(value) : value

export interface World {
  readonly disk: SimDisk
  readonly clock: SimClock
  readonly logs: LogManager
}

export interface WorldOptions extends Partial<LogManagerOptions> {
  readonly properties?: Readonly<Record<string, string>>
  readonly config?: (topic: string) => LogConfig
}

export async function world(
  disk: SimDisk = new SimDisk(),
  { properties = {}, config = () => defaults, ...options }: WorldOptions = {},
): Promise<World> {
  const clock = (options.clock as SimClock | undefined) ?? new SimClock()
  const logs = await LogManager.open({
    random: new SeededRandom(7),
    logger: silent,
    directories: ['/data'],
    nodeId: 1,
    settings: new BrokerConfigs({ fixed: new Map(Object.entries(properties)) }),
    ...options,
    disk,
    clock,
  })
  await logs.load({ config })
  return { disk, clock, logs }
}

export interface Sent extends BatchFields {
  /** Keys or key=value texts, one for each record. */
  readonly records: readonly string[]
  readonly at?: number
}

/** `a=1` is key a, value 1; `a=` a tombstone; `=1` has no key. */
export function batch({ records: texts, at = 1_800_000_000_000, ...fields }: Sent): Uint8Array {
  const timestamp = BigInt(at)
  return encodeBatch(
    { baseTimestamp: timestamp, ...fields },
    texts.map((text) => ({ ...recordOf(text), timestamp })),
  )
}

function recordOf(text: string): NewRecord {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  const value = text.slice(at + 1)
  return {
    key: key === '' ? null : Buffer.from(key),
    value: value === '' ? null : Buffer.from(value),
  }
}

export function marker(
  type: 'COMMIT' | 'ABORT',
  { producerId, producerEpoch = 0, coordinatorEpoch = 0, at = 1_800_000_000_000 }: MarkerFields,
): Uint8Array {
  const timestamp = BigInt(at)
  return encodeBatch(
    {
      producerId,
      producerEpoch,
      baseTimestamp: timestamp,
      transactional: true,
      control: true,
    },
    [{ ...endTxnRecord(type, coordinatorEpoch), timestamp }],
  )
}

export interface MarkerFields {
  readonly producerId: bigint
  readonly producerEpoch?: number
  readonly coordinatorEpoch?: number
  readonly at?: number
}

export interface Put {
  readonly leaderEpoch?: number
  readonly now?: number
}

export function append(log: PartitionLog, sent: Sent | string, put: Put = {}): Appended {
  const { leaderEpoch = 0, now = 1_800_000_000_000 } = put
  const bytes = batch(typeof sent === 'string' ? { records: [sent] } : sent)
  const appended = log.appendAsLeader(bytes, { leaderEpoch, origin: 'client', now })
  if (!appended.ok) throw new Error(`${appended.error}: ${appended.message}`)
  return appended
}

export function appendMarker(log: PartitionLog, bytes: Uint8Array, leaderEpoch = 0): Appended {
  const now = 1_800_000_000_000
  const appended = log.appendAsLeader(bytes, { leaderEpoch, origin: 'coordinator', now })
  if (!appended.ok) throw new Error(`${appended.error}: ${appended.message}`)
  return appended
}

/** Every batch from the log's start (or an offset) to its end, as it stands there. */
export function readAll(log: PartitionLog, from = log.logStartOffset, bytesMax = 4096): Buffer[] {
  const found: Buffer[] = []
  let offset = from
  while (offset < log.logEndOffset) {
    const upTo = log.logEndOffset
    const { bytes } = log.read(offset, { bytesMax, upTo, atLeastOneBatch: true })
    if (bytes.length === 0) break
    const buffer = Buffer.from(bytes)
    for (const at of batches(buffer)) {
      const size = 12 + buffer.readInt32BE(at + 8)
      found.push(buffer.subarray(at, at + size))
      offset = buffer.readBigInt64BE(at) + BigInt(buffer.readInt32BE(at + 23)) + 1n
    }
  }
  return found
}

/** `offset key=value` of every record. */
export function contents(log: PartitionLog, from?: bigint): string[] {
  return readAll(log, from).flatMap((bytes) => [...records(bytes)].map(recordText))
}

export function recordText({ offset, key, value }: BatchRecord): string {
  const text = (bytes: Uint8Array | null) => (bytes === null ? '' : Buffer.from(bytes).toString())
  return `${offset} ${text(key)}=${text(value)}`
}

/** A compaction to its end, without pauses. */
export async function play(work: Generator<Work, Cleaned | null>): Promise<Cleaned | null> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if ('wait' in value) await value.wait
  }
}
