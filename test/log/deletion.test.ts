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

test('a topic of the same name is made at once: the old one’s flush leaves its files alone', async () => {
  const crowd = Array.from({ length: 20 }, (_, index) => `crowd-${index}`)
  for (let turns = 0; turns < 60; turns++) {
    const { disk, logs } = await world(new SimDisk())
    // More flushes than may be under way: some begin when their topic is gone.
    const others = crowd.map((topic) => logs.create(topic, 0, topicId, defaults))
    const log = logs.create('t', 0, topicId, defaults)
    for (const each of [...others, log]) append(each, 'k=1', { leaderEpoch: 5 })
    const waiting = [...others, log].map((each) => each.flush())
    for (let turn = 0; turn < turns; turn++) await null
    logs.delete('t', 0)
    const again = logs.create('t', 0, topicId, defaults)
    append(again, 'k=2', { leaderEpoch: 0 })
    waiting.push(again.flush())
    await Promise.allSettled(waiting)
    expect(logs.directories()[0]!.online).toBe(true)
    await again.flush()
    const file = Buffer.from(disk.readFile('/data/t-0/leader-epoch-checkpoint')).toString()
    expect(file).toBe('0\n1\n0 0\n')
    await logs.close({ brokerEpoch: 1n })
  }
})
