/** A power cut may take any name that was not flushed, but never the first segment's alone: the log would seem to begin later. */
import { expect, test } from 'vitest'
import { FolderNode, SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { append, defaults, topicId, world } from './support.ts'

test('a log begins where it began, whatever of its first two segments is left', async () => {
  let longer = 0
  for (let seed = 1; seed <= 300; seed++) {
    const { disk, logs } = await world(new SimDisk())
    await disk.syncDirectoryLater('/data')
    const log = logs.create('t', 0, topicId, defaults)
    disk.syncDirectory('/data')
    for (let record = 0; record < 5; record++) append(log, `k=${record}`)
    log.roll()
    append(log, 'k=5')
    const after = disk.afterPowerCut(new SeededRandom(seed))
    if (!(after.root.entries.get('data') instanceof FolderNode)) throw new Error('no /data')
    const back = (await world(after)).logs.get('t', 0)
    if (back === undefined) continue
    expect({ seed, start: back.logStartOffset }).toEqual({ seed, start: 0n })
    if (back.logEndOffset === 6n) longer++
    await logs.close({ brokerEpoch: 1n })
  }
  // Sometimes all of it is.
  expect(longer).toBeGreaterThan(0)
})
