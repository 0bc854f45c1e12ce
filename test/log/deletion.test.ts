/** A topic goes while something is under way with it: that is no failure of the disk. */
import { expect, test } from 'vitest'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { SimDisk } from '../sim/disk.ts'
import { configOf } from './crash/workload.ts'
import { append, defaults, topicId, world } from './support.ts'

test.each<{ what: string; begin: (log: PartitionLog) => unknown[] }>([
  { what: 'a flush', begin: (log) => [log.flush()] },
  { what: 'the background flush of a roll', begin: (log) => [log.roll()] },
  {
    what: 'a flush for which another one waits',
    begin(log) {
      const first = log.flush()
      append(log, 'k=2')
      return [first, log.flush()]
    },
  },
])('$what is under way', async ({ begin }) => {
  // At every moment of it: so many turns of the event loop pass first.
  for (let turns = 0; turns < 30; turns++) {
    const { disk, logs, clock } = await world(new SimDisk())
    const log = logs.create('t', 0, topicId, defaults)
    append(log, 'k=1')
    const waiting = begin(log)
    for (let turn = 0; turn < turns; turn++) await null
    logs.delete('t', 0)
    await Promise.allSettled(waiting)
    for (let turn = 0; turn < 50; turn++) await null
    expect(logs.directories()[0]!.online).toBe(true)
    clock.advance(defaults.fileDeleteDelayMs)
    expect(disk.names('/data').filter((name) => name.startsWith('t-'))).toEqual([])
    append(logs.create('t', 0, topicId, defaults), 'k=3')
    await logs.close({ brokerEpoch: 1n })
  }
})

test('compaction is under way', async () => {
  const config = configOf('keyed')
  for (let turns = 0; turns < 60; turns++) {
    const { disk, logs, clock } = await world(new SimDisk(), { config: () => config })
    const log = logs.create('t', 0, topicId, config)
    for (let i = 0; i < 20; i++) append(log, `k=${i}`)
    log.advanceHighWatermark(log.logEndOffset)
    await log.flush()
    clock.advance(15_000)
    for (let turn = 0; turn < turns; turn++) await null
    logs.delete('t', 0)
    for (let turn = 0; turn < 50; turn++) await null
    clock.advance(1)
    for (let turn = 0; turn < 50; turn++) await null
    expect(logs.directories()[0]!.online).toBe(true)
    clock.advance(config.fileDeleteDelayMs)
    expect(disk.names('/data').filter((name) => name.startsWith('t-'))).toEqual([])
    await logs.close({ brokerEpoch: 1n })
  }
})
