/** A folder that got another name comes back with its old one when the power fails, unless the change was flushed. */
import { describe, expect, test } from 'vitest'
import type { LogManager } from '../../src/log/log-manager.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { append, contents, defaults, topicId, world } from './support.ts'

const newId = 'bZ0lkNDmTUaVFr7hEmE1Hg'
const directories = ['/data', '/more']

const at = { topic: 't', partition: 0, topicId, directoryId: undefined }
const anew = (logs: LogManager) => {
  logs.futures.prefer('t', 0, '/more')
  return logs.create('t', 0, newId, defaults)
}

describe('what gets the name of a partition in another directory never lies beside the one that had it', () => {
  test.each<{
    what: string
    before?: (logs: LogManager, log: PartitionLog) => void
    end: (logs: LogManager) => void
    next: (logs: LogManager) => PartitionLog
  }>([
    { what: 'deleted, and made anew', end: (logs) => logs.delete('t', 0), next: anew },
    { what: 'put aside, and made anew', end: (logs) => logs.putAside('t', 0), next: anew },
    {
      what: 'put aside, and a copy takes its place',
      before: (logs, log) => logs.futures.begin(log, '/more'),
      end: (logs) => logs.putAside('t', 0),
      next: (logs) => logs.futures.recover(at)!,
    },
  ])('$what', async ({ before, end, next }) => {
    const found: (string[] | undefined)[] = []
    for (let seed = 1; seed <= 60; seed++) {
      const { disk, logs } = await world(new SimDisk(), { directories })
      const old = logs.create('t', 0, topicId, defaults)
      append(old, 'k=old')
      before?.(logs, old)
      for (const path of directories) disk.syncDirectory(path)
      end(logs)
      append(next(logs), 'k=new')
      const back = await world(disk.afterPowerCut(new SeededRandom(seed)), { directories })
      const log = back.logs.get('t', 0)
      found.push(log && contents(log))
      await back.logs.close({ brokerEpoch: 1n })
      await logs.close({ brokerEpoch: 1n })
    }
    expect(found).toContainEqual(['0 k=new'])
    expect(found).not.toContainEqual(['0 k=old'])
  })
})
