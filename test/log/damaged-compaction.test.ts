/** The cleaner comes to something that cannot be read: it says where, and everything stays as it is. */
import { expect, test } from 'vitest'
import { clean } from '../../src/log/cleaner/clean.ts'
import { cleanable } from '../../src/log/cleaner/select.ts'
import type { LogConfig } from '../../src/log/log-config.ts'
import { offsetName } from '../../src/log/names.ts'
import { headerSize } from '../../src/protocol/batch/layout.ts'
import { append, defaults, play, topicId, world } from './support.ts'

const config: LogConfig = { ...defaults, segmentBytes: 300, cleanupPolicies: ['compact'] }
const folder = '/data/t-0'
const path = `${folder}/${offsetName(4n)}.log`

test.each<{ what: string; damage: (second: Buffer) => void; says: RegExp }>([
  { what: 'zeros', damage: (second) => second.fill(0), says: /byte \d+: a batch of 0 bytes/ },
  {
    what: 'a length that is too large',
    damage: (second) => second.writeInt32BE(1 << 20, 8),
    says: /byte \d+: a batch of 1048588 bytes, of which/,
  },
  {
    what: 'a flipped bit in a record',
    damage: (second) => second.writeUInt8(0xff, headerSize + 4),
    says: /byte \d+: a batch whose checksum is wrong/,
  },
])('$what', async ({ damage, says }) => {
  const { disk, logs, clock } = await world(undefined, { config: () => config })
  const log = logs.create('t', 0, topicId, config)
  for (let i = 0; i < 12; i++) append(log, `same=${i}`)
  log.advanceHighWatermark(12n)
  const bytes = Buffer.from(disk.readFile(path))
  const batchBytes = 12 + bytes.readInt32BE(8)
  damage(bytes.subarray(batchBytes, 2 * batchBytes))
  disk.writeFile(path, bytes)
  const before = contentsOf()
  const cleaning = cleanable(log, undefined, clock.now())
  expect(cleaning.firstUncleanableOffset).toBe(8n)
  const work = clean(log, cleaning, { now: clock.now(), memoryBytes: 1 << 16, seed: 1 })
  const failed = play(work).then(
    () => null,
    (error) => error,
  )
  expect(await failed).toMatchObject({ error: 'CORRUPT_MESSAGE' })
  expect((await failed).message).toMatch(says)
  expect((await failed).message).toContain(path)
  expect(contentsOf()).toEqual(before)
  await logs.close({ brokerEpoch: 1n })

  function contentsOf() {
    const segments = disk.names(folder).filter((name) => /^\d/.test(name))
    return segments.map((name) => [name, Buffer.from(disk.readFile(`${folder}/${name}`))])
  }
})
