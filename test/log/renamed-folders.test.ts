/** A folder that got another name comes back with its old one when the power fails, unless the change was flushed. */
import { describe, expect, test } from 'vitest'
import type { LogManager } from '../../src/log/log-manager.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { append, contents, defaults, topicId, world } from './support.ts'

const newId = 'bZ0lkNDmTUaVFr7hEmE1Hg'
const directories = ['/data', '/more']

describe('a partition that begins anew in another directory never lies in both', () => {
  test.each<{ what: string; end: (logs: LogManager) => void }>([
    { what: 'deleted', end: (logs) => logs.delete('t', 0) },
    { what: 'put aside', end: (logs) => logs.putAside('t', 0) },
  ])('$what', async ({ end }) => {
    const found: (string[] | undefined)[] = []
    for (let seed = 1; seed <= 60; seed++) {
      const { disk, logs } = await world(new SimDisk(), { directories })
      append(logs.create('t', 0, topicId, defaults), 'k=old')
      for (const path of directories) disk.syncDirectory(path)
      end(logs)
      logs.futures.prefer('t', 0, '/more')
      append(logs.create('t', 0, newId, defaults), 'k=new')
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

test('a copy that takes the place of what was put aside never lies beside it', async () => {
  const found: (string[] | undefined)[] = []
  for (let seed = 1; seed <= 60; seed++) {
    const { disk, logs } = await world(new SimDisk(), { directories })
    const log = logs.create('t', 0, topicId, defaults)
    append(log, 'k=old')
    logs.futures.begin(log, '/more')
    for (const path of directories) disk.syncDirectory(path)
    logs.putAside('t', 0)
    const at = { topic: 't', partition: 0, topicId, directoryId: undefined }
    append(logs.futures.recover(at)!, 'k=new')
    const back = await world(disk.afterPowerCut(new SeededRandom(seed)), { directories })
    const left = back.logs.get('t', 0)
    found.push(left && contents(left))
    await back.logs.close({ brokerEpoch: 1n })
    await logs.close({ brokerEpoch: 1n })
  }
  expect(found).toContainEqual(['0 k=new'])
  expect(found).not.toContainEqual(['0 k=old'])
})
