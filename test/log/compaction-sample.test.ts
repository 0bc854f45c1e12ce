/** The segments that Apache Kafka compacted are in its sample, as `.deleted`: ours has to make the same bytes of them. */
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../src/host/clock.ts'
import { systemDisk } from '../../src/host/disk.ts'
import { systemRandom } from '../../src/host/random.ts'
import { clean } from '../../src/log/cleaner/clean.ts'
import { cleanable } from '../../src/log/cleaner/select.ts'
import { LogManager } from '../../src/log/log-manager.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { makeWritable, samplesFolder } from '../support/samples.ts'
import { defaults, listeningLogger, play } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'jackdaw-compaction-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** When Kafka compacted: the horizon that it gave the tombstone, less delete.retention.ms. */
const cleanedAt = 1_795_571_413_955 - 86_400_000

test('compaction makes the bytes that Kafka made', async () => {
  const theirs = join(samplesFolder, 'clean', 'compacted-0')
  const ours = join(folder, 'compacted-0')
  cpSync(theirs, ours, { recursive: true, filter: (path) => !/0{20}\.[a-z]+$/.test(path) })
  makeWritable(ours)
  for (const name of readdirSync(theirs).filter((each) => each.endsWith('.deleted'))) {
    rmSync(join(ours, name))
    copyFileSync(join(theirs, name), join(ours, name.slice(0, -'.deleted'.length)))
  }
  for (const name of ['.kafka_cleanshutdown', 'meta.properties']) {
    copyFileSync(join(samplesFolder, 'clean', name), join(folder, name))
  }
  makeWritable(folder)
  const logs = await LogManager.open({
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    logger: listeningLogger(),
    directories: [folder],
    nodeId: 1,
    settings: new BrokerConfigs({ fixed: new Map() }),
  })
  await logs.load({ config: () => ({ ...defaults, cleanupPolicies: ['compact'] }) })
  const log = logs.get('compacted', 0)!
  log.advanceHighWatermark(log.logEndOffset)
  expect(log.store.segments.count).toBe(6)
  const cleaning = cleanable(log, undefined, cleanedAt)
  const cleaned = await play(
    clean(log, cleaning, { now: cleanedAt, memoryBytes: 1 << 20, seed: 1 }),
  )
  expect(cleaned?.cleanedUpTo).toBe(40n)
  for (const suffix of ['log', 'index', 'timeindex']) {
    const name = `${'0'.repeat(20)}.${suffix}`
    expect(readFileSync(join(ours, name)).equals(readFileSync(join(theirs, name))), suffix).toBe(
      true,
    )
  }
  const left = readdirSync(ours).filter((name) => /^\d+\.(log|index|snapshot|txnindex)$/.test(name))
  const known = readdirSync(theirs).filter((name) =>
    /^\d+\.(log|index|snapshot|txnindex)$/.test(name),
  )
  expect(left.sort()).toEqual(known.sort())
  await logs.close({ brokerEpoch: 1n })
})
