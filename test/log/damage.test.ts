/** Directories that somebody or something has damaged: what is left of them, what is said of it, and that nothing else is touched. */
import { describe, expect, test } from 'vitest'
import type { LogConfig } from '../../src/log/log-config.ts'
import { offsetName } from '../../src/log/names.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, contents, defaults, listeningLogger, topicId, world } from './support.ts'

const config: LogConfig = { ...defaults, segmentBytes: 300, indexIntervalBytes: 60 }
const options = { config: () => config }
const folder = '/data/t-0'
const file = (base: number, suffix: string) => `${folder}/${offsetName(BigInt(base))}${suffix}`

/** Twelve records, a batch each, four to a segment: at 0, 4 and 8. Stopped cleanly, or killed with nothing flushed for sure. */
async function written(stop: 'clean' | 'kill'): Promise<SimDisk> {
  const { disk, logs } = await world(new SimDisk(), options)
  const log = logs.create('t', 0, topicId, config)
  for (let i = 0; i < 12; i++) append(log, `k=${i}`)
  log.advanceHighWatermark(12n)
  if (stop === 'clean') await logs.close({ brokerEpoch: 1n })
  const bases = [...log.store.segments].map(({ baseOffset }) => Number(baseOffset))
  expect(bases).toEqual([0, 4, 8])
  return disk.afterKill()
}

interface Opened {
  readonly found: string
  readonly said: string
}

/** The values of the records that are there now, and what was logged. */
async function reopened(disk: SimDisk, { cleanupPolicies }: LogConfig = config): Promise<Opened> {
  const logger = listeningLogger()
  const opening = { config: () => ({ ...config, cleanupPolicies }), logger }
  const { logs } = await world(disk, opening)
  const log = logs.get('t', 0)!
  const found = contents(log).map((text) => text.replace(/^(\d+) k=/, '$1:'))
  for (const each of found) expect(each).toMatch(/^(\d+):\1$/)
  // It goes on where it ends.
  const end = log.logEndOffset
  expect(append(log, 'k=next').baseOffset).toBe(end)
  return { found: found.map((text) => text.split(':')[0]).join(' '), said: logger.lines.join('\n') }
}

const all = '0 1 2 3 4 5 6 7 8 9 10 11'
const edit = (disk: SimDisk, path: string, change: (bytes: Buffer) => Uint8Array) =>
  disk.writeFile(path, change(Buffer.from(disk.readFile(path))))
const batchSize = (bytes: Buffer) => 12 + bytes.readInt32BE(8)

/** Sets a byte of the second batch of a segment. */
const inSecond = (at: number, value: number) => (bytes: Buffer) => {
  bytes.writeUInt8(value, batchSize(bytes) + at)
  return bytes
}

describe('after a kill', () => {
  test.each<{ what: string; damage: (disk: SimDisk) => void; left: string; says?: RegExp }>([
    {
      what: '31 bytes of garbage behind the last batch',
      damage: (disk) => edit(disk, file(8, '.log'), (b) => Buffer.concat([b, Buffer.alloc(31, 7)])),
      left: all,
      says: /warn: .*cut off 31 bytes.*t-0\/0+8\.log/,
    },
    {
      what: 'zeros behind the last batch, as a power cut leaves them',
      damage: (disk) => edit(disk, file(8, '.log'), (b) => Buffer.concat([b, Buffer.alloc(5000)])),
      left: all,
      says: /cut off 5000 bytes/,
    },
    {
      what: 'a flipped bit in a record: that batch and all behind it go',
      damage: (disk) => edit(disk, file(4, '.log'), inSecond(65, 0xff)),
      left: '0 1 2 3 4',
      says: /a batch whose checksum is wrong.*ends at offset 5 now/,
    },
    {
      what: 'a length beyond the end of the file',
      damage: (disk) => edit(disk, file(8, '.log'), inSecond(8, 0x7f)),
      left: '0 1 2 3 4 5 6 7 8',
      says: /of which \d+ are there/,
    },
    {
      what: 'a negative length',
      damage: (disk) => edit(disk, file(8, '.log'), inSecond(8, 0xff)),
      left: '0 1 2 3 4 5 6 7 8',
      says: /a batch of -\d+ bytes/,
    },
    {
      what: 'a magic that nobody knows',
      damage: (disk) => edit(disk, file(8, '.log'), inSecond(16, 9)),
      left: '0 1 2 3 4 5 6 7 8',
      says: /a batch of magic 9/,
    },
    {
      what: 'batches that come a second time',
      damage: (disk) => edit(disk, file(8, '.log'), (b) => Buffer.concat([b, b])),
      left: all,
      says: /a batch that ends at offset 8 where 12 is due/,
    },
    {
      what: 'a segment that is missing: what lies behind it is of no use',
      damage: (disk) => disk.remove(file(4, '.log')),
      left: '0 1 2 3',
      says: /the records from 4 on, before it, are lost/,
    },
    {
      what: 'a segment that repeats what another one holds',
      damage: (disk) => disk.writeFile(file(6, '.log'), disk.readFile(file(4, '.log'))),
      left: all,
      says: /what it holds stands in the segment before it.*it is dropped.*0+6\.log/,
    },
    {
      what: 'a copy of a segment, below which all was flushed, under another name',
      damage: (disk) => {
        disk.writeFile('/data/recovery-point-offset-checkpoint', Buffer.from('0\n1\nt 0 12\n'))
        disk.writeFile(file(10, '.log'), disk.readFile(file(8, '.log')))
      },
      left: all,
      says: /what it holds stands in the segment before it.*0+10\.log/,
    },
    {
      what: 'an empty last segment',
      damage: (disk) => disk.writeFile(file(12, '.log'), new Uint8Array(0)),
      left: all,
    },
    {
      what: 'no index at all',
      damage: (disk) => {
        for (const base of [0, 4, 8]) {
          for (const suffix of ['.index', '.timeindex']) disk.remove(file(base, suffix))
        }
      },
      left: all,
    },
    {
      what: 'a producer snapshot of garbage',
      damage: (disk) => disk.writeFile(file(8, '.snapshot'), Buffer.from('garbage')),
      left: all,
    },
    {
      what: 'no leader-epoch-checkpoint',
      damage: (disk) => disk.remove(`${folder}/leader-epoch-checkpoint`),
      left: all,
    },
    {
      what: 'a recovery point beyond the end: what it covers is not read',
      damage: (disk) =>
        disk.writeFile('/data/recovery-point-offset-checkpoint', Buffer.from('0\n1\nt 0 99\n')),
      left: all,
    },
  ])('$what', async ({ damage, left, says }) => {
    const disk = await written('kill')
    damage(disk)
    const { found, said } = await reopened(disk)
    expect(found).toBe(left)
    if (says !== undefined) expect(said).toMatch(says)
  })

  // Kafka syncs and swaps what it has cleaned, and only then writes its checkpoint; the recovery point may be a minute old.
  test.each<{ what: string; cleaned: (bytes: Buffer) => Uint8Array; left: string }>([
    {
      what: 'the last batch of a segment',
      cleaned: (bytes) => bytes.subarray(0, 3 * batchSize(bytes)),
      left: '0 1 2 4 5 6 8 9 10 11',
    },
    {
      what: 'all of a segment',
      cleaned: () => new Uint8Array(0),
      left: '8 9 10 11',
    },
  ])('compaction took $what, and its checkpoint does not tell yet', async ({ cleaned, left }) => {
    const disk = await written('kill')
    for (const base of [0, 4]) edit(disk, file(base, '.log'), cleaned)
    const { found, said } = await reopened(disk, { ...config, cleanupPolicies: ['compact'] })
    expect(found).toBe(left)
    expect(said).not.toContain('dropped')
  })

  test('a last batch that is torn at any byte is gone, and nothing else', async () => {
    const disk = await written('kill')
    const whole = Buffer.from(disk.readFile(file(8, '.log')))
    const size = whole.length / 4
    for (let kept = 1; kept < size; kept++) {
      const torn = disk.afterKill()
      torn.writeFile(file(8, '.log'), whole.subarray(0, 3 * size + kept))
      const { found, said } = await reopened(torn)
      expect(found).toBe('0 1 2 3 4 5 6 7 8 9 10')
      expect(said).toContain(`cut off ${kept} bytes (not flushed)`)
    }
  })
})

describe('after a clean stop', () => {
  const torn = (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)
  const beyond = (bytes: Buffer) => {
    bytes.writeInt32BE(1_000_000, bytes.length - 4)
    return bytes
  }
  test.each<{ what: string; damage: (disk: SimDisk) => void; says: RegExp }>([
    {
      what: 'an offset index that is torn',
      damage: (disk) => edit(disk, file(0, '.index'), torn),
      says: /0+\.index: its size is no multiple of 8; the indexes are built anew/,
    },
    {
      what: 'an offset index that points beyond its log',
      damage: (disk) => edit(disk, file(4, '.index'), beyond),
      says: /0+4\.index: it points to 1000000 in a log of \d+ bytes; the indexes are built anew/,
    },
    {
      what: 'a time index that is torn',
      damage: (disk) => edit(disk, file(4, '.timeindex'), torn),
      says: /0+4\.timeindex: its size is no multiple of 12; the indexes are built anew/,
    },
    {
      what: 'an index with zeros behind its entries, as Kafka’s have after a kill',
      damage: (disk) => edit(disk, file(8, '.index'), (b) => Buffer.concat([b, Buffer.alloc(800)])),
      says: /0+8\.index: its last entry has the offset 0; the indexes are built anew/,
    },
    {
      what: 'an index that is missing',
      damage: (disk) => disk.remove(file(0, '.timeindex')),
      says: /an index is missing; the indexes are built anew/,
    },
  ])('$what is built anew, byte for byte', async ({ damage, says }) => {
    const disk = await written('clean')
    const indexes = [0, 4, 8].flatMap((base) => [file(base, '.index'), file(base, '.timeindex')])
    const before = indexes.map((path) => Buffer.from(disk.readFile(path)).toString('hex'))
    damage(disk)
    const { found, said } = await reopened(disk)
    expect(found).toBe(all)
    expect(said).toMatch(says)
    expect(indexes.map((path) => Buffer.from(disk.readFile(path)).toString('hex'))).toEqual(before)
  })

  test.each([
    ['recovery-point-offset-checkpoint', 'all segments are read again'],
    ['replication-offset-checkpoint', 'until their leader tells'],
    ['log-start-offset-checkpoint', 'delete them again where that matters'],
    ['cleaner-offset-checkpoint', 'cleaned from their first record on once more'],
  ])('%s of garbage is ignored, and what that costs is said', async (name, cost) => {
    for (const text of ['garbage', '1\n0\n', '0\n2\nt 0 5\n', '0\n1\nt 0 x\n']) {
      const disk = await written('clean')
      disk.writeFile(`/data/${name}`, Buffer.from(text))
      const { found, said } = await reopened(disk)
      expect(found).toBe(all)
      expect(said).toMatch(new RegExp(`/data/${name} is malformed: .*it is ignored, .*${cost}`))
    }
  })

  test.each<{ what: string; change: (bytes: Buffer) => Uint8Array; left: string; says: RegExp }>([
    {
      what: 'a last batch that is cut in two',
      change: (bytes) => bytes.subarray(0, bytes.length - 20),
      left: '0 1 2 3 4 5 6 7 8 9 10',
      says: /should have been closed cleanly, but ends with a batch of \d+ bytes, of which/,
    },
    {
      what: 'garbage behind the last batch',
      change: (bytes) => Buffer.concat([bytes, Buffer.alloc(40, 7)]),
      left: all,
      says: /should have been closed cleanly, but ends with .*it is read again/,
    },
  ])('$what is cut off, or nothing could be read that is written behind it', async (row) => {
    const disk = await written('clean')
    edit(disk, file(8, '.log'), row.change)
    const { found, said } = await reopened(disk)
    expect(found).toBe(row.left)
    expect(said).toMatch(row.says)
  })

  test.each([
    { policies: ['delete'], told: ['records 4 to 7,'] },
    // Whatever the cleaner took out is not missed.
    { policies: ['compact'], told: [] },
  ] as const)(
    'a hole stays a hole, as for Kafka, with $policies: what is there is read, in order',
    async (row) => {
      const disk = await written('clean')
      for (const suffix of ['.log', '.index', '.timeindex']) disk.remove(file(4, suffix))
      const { found, said } = await reopened(disk, { ...config, cleanupPolicies: row.policies })
      expect(found).toBe('0 1 2 3 8 9 10 11')
      expect(said.match(/records \d+ to \d+,/g) ?? []).toEqual(row.told)
    },
  )

  test('the mark of a clean stop counts, whatever stands in it', async () => {
    const disk = await written('clean')
    disk.writeFile('/data/.kafka_cleanshutdown', Buffer.from('garbage'))
    expect((await reopened(disk)).found).toBe(all)
  })
})
