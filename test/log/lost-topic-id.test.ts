/** A folder whose partition.metadata did not outlast a power cut: an older topic's records are not taken for those of a new one. */
import { expect, test } from 'vitest'
import { SimDisk } from '../sim/disk.ts'
import { append, contents, defaults, listeningLogger, topicId, world } from './support.ts'

const anotherId = 'BBBBBBBBBBBBBBBBBBBBBB'

async function withoutId({ records }: { records: boolean }) {
  const { disk, logs } = await world(new SimDisk())
  const log = logs.create('t', 0, topicId, defaults)
  if (records) append(log, 'k=0')
  const left = disk.afterKill()
  left.writeFile('/data/t-0/partition.metadata', Buffer.alloc(43))
  const logger = listeningLogger()
  return { left, said: logger.lines, ...(await world(left, { logger })) }
}

test('records without the id of their topic are put aside, and told', async () => {
  const { left, logs, said } = await withoutId({ records: true })
  expect(logs.get('t', 0, anotherId)).toBeUndefined()
  const folders = left.list('/data').map(({ name }) => name)
  expect(folders).not.toContain('t-0')
  const stray = folders.find((name) => /^t-0\.[0-9a-f]{32}-stray$/.test(name))
  expect(left.stat(`/data/${stray}/00000000000000000000.log`)?.size).toBeGreaterThan(0)
  expect(said.join('\n')).toContain("lost its topic's id")
  const log = logs.create('t', 0, anotherId, defaults)
  expect(contents(log)).toEqual([])
})

test('an empty folder without it takes the id that the metadata have', async () => {
  const { left, logs } = await withoutId({ records: false })
  expect(logs.get('t', 0, anotherId)?.topicId).toBe(anotherId)
  const text = Buffer.from(left.readFile('/data/t-0/partition.metadata')).toString()
  expect(text).toBe(`version: 0\ntopic_id: ${anotherId}`)
})
