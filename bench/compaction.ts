/**
 * Compaction of a log on the real disk: how many bytes of it are gone over in a second, beside `cp` of the same bytes.
 *   npm run bench -- compaction            MB=256 as the environment
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/host/clock.ts'
import { systemDisk } from '../src/host/disk.ts'
import { systemRandom } from '../src/host/random.ts'
import { clean } from '../src/log/cleaner/clean.ts'
import { cleanable } from '../src/log/cleaner/select.ts'
import { LogManager } from '../src/log/log-manager.ts'
import type { PartitionLog } from '../src/log/partition-log.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import { BrokerConfigs } from '../src/protocol/configs/effective.ts'
import { defaults, listeningLogger, play, topicId } from '../test/log/support.ts'
import { print, row } from './table.ts'

const mb = Number(process.env.MB ?? 256)
const mib = 1024 * 1024
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-compaction-'))
const notes: string[] = []
try {
  // Small records cost by the record, large ones by the byte.
  for (const valueBytes of [100, 1000, 10_000]) await compact(valueBytes)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
print(['every key is there four times, in batches of 16 KiB', ...notes])

async function compact(valueBytes: number): Promise<void> {
  const directory = join(folder, String(valueBytes))
  const logs = await LogManager.open({
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    logger: listeningLogger(),
    directories: [directory],
    nodeId: 1,
    settings: new BrokerConfigs({ fixed: new Map([['log.cleaner.enable', 'false']]) }),
  })
  await logs.load({ config: () => defaults })
  const config = { ...defaults, cleanupPolicies: ['compact'] as const, segmentBytes: 64 * mib }
  const log = logs.create('keyed', 0, topicId, config)
  fill(log, valueBytes)
  await log.flush()
  const copied = seconds(() => copy(log.directory, join(folder, 'copy')))
  const cleaning = cleanable(log, undefined, Date.now())
  const options = { now: Date.now(), memoryBytes: 128 * mib, seed: 1 }
  const began = performance.now()
  const cleaned = await play(clean(log, cleaning, options))
  const took = (performance.now() - began) / 1000
  if (cleaned === null) throw new Error('nothing was compacted')
  row(
    `compaction of values of ${valueBytes} bytes, MB/s`,
    { jackdaw: cleaned.bytesBefore / mib / took },
    0,
    'more',
  )
  const kept = Math.round((100 * cleaned.bytesAfter) / cleaned.bytesBefore)
  notes.push(`${valueBytes}: ${kept} % kept; cp of the same bytes ${(mb / copied).toFixed(0)} MB/s`)
  await logs.close({ brokerEpoch: 1n })
  rmSync(directory, { recursive: true, force: true })
}

function fill(log: PartitionLog, valueBytes: number): void {
  const perBatch = Math.max(1, Math.floor(16_384 / (valueBytes + 20)))
  const keys = Math.max(1, Math.floor((mb * mib) / (valueBytes + 20) / 4))
  const value = Buffer.alloc(valueBytes, 'abcdefgh')
  const timestamp = BigInt(Date.now())
  let next = 0
  while (log.sizeBytes < mb * mib) {
    const records = Array.from({ length: perBatch }, () => {
      const key = Buffer.from(`key-${next++ % keys}`)
      return { key, value, timestamp }
    })
    const bytes = encodeBatch({ baseTimestamp: timestamp }, records)
    const options = { leaderEpoch: 0, origin: 'client', now: Number(timestamp) } as const
    const appended = log.appendAsLeader(bytes, options)
    if (!appended.ok) throw new Error(appended.message ?? appended.error)
  }
  log.roll()
  log.advanceHighWatermark(log.logEndOffset)
}

function copy(from: string, to: string): void {
  mkdirSync(to)
  const names = readdirSync(from).filter((name) => name.endsWith('.log'))
  spawnSync('cp', [...names.map((name) => join(from, name)), to], { stdio: 'inherit' })
  rmSync(to, { recursive: true, force: true })
}

function seconds(work: () => unknown): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}
