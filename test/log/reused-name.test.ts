/** A topic is deleted and made again: what the checkpoints say of the older one is not true of the new one. */
import { expect, test } from 'vitest'
import { checkpointFiles } from '../../src/log/checkpoints.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, contents, defaults, topicId, world } from './support.ts'

const anotherId = 'BBBBBBBBBBBBBBBBBBBBBB'
const files = Object.values(checkpointFiles)

async function left(checkpoint: string): Promise<SimDisk> {
  const { disk } = await world(new SimDisk())
  const killed = disk.afterKill()
  for (const file of files) killed.writeFile(`/data/${file}`, Buffer.from(checkpoint))
  return killed
}

test('after a kill its records are there, and none passes for safe', async () => {
  const { disk, logs } = await world(await left('0\n2\nt 0 2\nt-0 0 7\n'))
  const log = logs.create('t', 0, anotherId, defaults)
  for (const i of [0, 1, 2]) append(log, `k=${i}`)
  const killed = disk.afterKill()
  const found = (await world(killed)).logs.get('t', 0, anotherId)!
  expect(contents(found)).toEqual(['0 k=0', '1 k=1', '2 k=2'])
  expect(found.logStartOffset).toBe(0n)
  expect(found.highWatermark).toBe(0n)
})

test.each(files)('%s no longer has a line of it, and keeps those of others', async (file) => {
  const { disk, logs } = await world(await left('0\n2\nt 0 2\nt-0 0 7\n'))
  logs.create('t', 0, topicId, defaults)
  expect(Buffer.from(disk.readFile(`/data/${file}`)).toString()).toBe('0\n1\nt-0 0 7\n')
})

test('the same within one life of the broker', async () => {
  const { disk, logs } = await world(new SimDisk())
  const old = logs.create('t', 0, topicId, defaults)
  for (const i of [0, 1, 2]) append(old, `k=${i}`)
  old.advanceHighWatermark(3n)
  old.advanceLogStartOffset(3n)
  await logs.close({ brokerEpoch: 1n })
  const again = await world(disk)
  expect(again.logs.get('t', 0, topicId)?.logStartOffset).toBe(3n)
  again.logs.delete('t', 0)
  append(again.logs.create('t', 0, anotherId, defaults), 'k=new')
  const killed = await world(again.disk.afterKill())
  expect(contents(killed.logs.get('t', 0, anotherId)!)).toEqual(['0 k=new'])
})
