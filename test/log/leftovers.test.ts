/** What half-done work leaves, and what a start makes of it; and the order of writes on which that rests. */
import { describe, expect, test } from 'vitest'
import type { LogConfig } from '../../src/log/log-config.ts'
import { offsetName } from '../../src/log/names.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { SimDisk } from '../sim/disk.ts'
import {
  append,
  batch,
  contents,
  defaults,
  listeningLogger,
  readAll,
  topicId,
  world,
} from './support.ts'

const config: LogConfig = { ...defaults, segmentBytes: 300, indexIntervalBytes: 60 }
const options = { config: () => config }
const folder = '/data/t-0'
const name = (base: number, suffix: string) => offsetName(BigInt(base)) + suffix

/** Eight records in two segments, at 0 and 4. */
async function written(): Promise<SimDisk> {
  const { disk, logs } = await world(new SimDisk(), options)
  const log = logs.create('t', 0, topicId, config)
  for (let i = 0; i < 8; i++) append(log, `k=${i}`)
  await logs.close({ brokerEpoch: 1n })
  return disk.afterKill()
}

const suffixes = ['.log', '.index', '.timeindex']

function copy(disk: SimDisk, base: number, suffix: string): void {
  for (const each of suffixes) {
    const path = `${folder}/${name(base, each)}`
    disk.writeFile(path + suffix, disk.readFile(path))
  }
}

/** One entry of a `.txnindex`. */
function aborted(producerId: bigint, firstOffset: bigint, lastOffset: bigint): Buffer {
  const bytes = Buffer.alloc(34)
  for (const [index, value] of [producerId, firstOffset, lastOffset, lastOffset + 1n].entries()) {
    bytes.writeBigInt64BE(value, 2 + 8 * index)
  }
  return bytes
}

const text = (log: PartitionLog) => contents(log).join(' ')
const all = '0 k=0 1 k=1 2 k=2 3 k=3 4 k=4 5 k=5 6 k=6 7 k=7'

describe('files', () => {
  test.each<{ what: string; leave: (disk: SimDisk) => void; finds?: string; says: RegExp }>([
    {
      what: '.cleaned: removed',
      leave: (disk) => copy(disk, 0, '.cleaned'),
      says: /removed what a stop left behind/,
    },
    {
      what: '.deleted: removed',
      leave: (disk) => copy(disk, 0, '.deleted'),
      says: /removed what a stop left behind/,
    },
    {
      what: 'the .tmp of a checkpoint: removed',
      leave: (disk) => disk.writeFile(`${folder}/leader-epoch-checkpoint.tmp`, Buffer.from('0\n')),
      says: /removed what a stop left behind.*leader-epoch-checkpoint\.tmp/,
    },
    {
      what: '.swap: takes the place of its segment',
      leave(disk) {
        copy(disk, 0, '.swap')
        for (const each of suffixes) disk.remove(`${folder}/${name(0, each)}`)
      },
      says: /finished the swap of a cleaned segment.*0+\.log\.swap/,
    },
    {
      what: '.swap of two segments: the second one goes, for the first holds it',
      leave(disk) {
        const logs = [0, 4].map((base) => disk.readFile(`${folder}/${name(base, '.log')}`))
        disk.writeFile(`${folder}/${name(0, '.log.swap')}`, Buffer.concat(logs))
        disk.writeFile(`${folder}/${name(0, '.index.swap')}`, new Uint8Array(0))
        disk.writeFile(
          `${folder}/${name(0, '.timeindex.swap')}`,
          disk.readFile(`${folder}/${name(0, '.timeindex')}`),
        )
      },
      says: /finished the swap of a cleaned segment/,
    },
    {
      what: '.swap at or behind a .cleaned: both removed, for the work was not complete',
      leave(disk) {
        copy(disk, 0, '.swap')
        disk.writeFile(`${folder}/${name(0, '.log.swap')}`, new Uint8Array(0))
        copy(disk, 0, '.cleaned')
      },
      says: /removed what a stop left behind.*\.swap/,
    },
    {
      what: 'an index without its log: removed',
      leave: (disk) => disk.writeFile(`${folder}/${name(2, '.index')}`, Buffer.alloc(8)),
      says: /removed what a stop left behind.*0+2\.index/,
    },
  ])('$what', async ({ leave, says }) => {
    const disk = await written()
    leave(disk)
    const logger = listeningLogger()
    const { logs } = await world(disk, { ...options, logger })
    expect(text(logs.get('t', 0)!)).toBe(all)
    expect(logger.lines.join('\n')).toMatch(says)
    const left = disk.names(folder).filter((each) => /\.(swap|cleaned|deleted|tmp)$/.test(each))
    expect(left).toEqual([])
  })

  // So Apache Kafka leaves it: its cleaner makes no .txnindex where no aborted transaction is left, and the old one stands
  // beside the .swap until the old segment has got its name .deleted.
  test('.swap beside the .txnindex of the segment that it replaces: that goes too', async () => {
    const disk = await written()
    const old = `${folder}/${name(0, '.txnindex')}`
    disk.writeFile(old, aborted(7n, 1n, 2n))
    copy(disk, 0, '.swap')
    const { logs } = await world(disk, options)
    const log = logs.get('t', 0)!
    expect(text(log)).toBe(all)
    expect(disk.stat(old)).toBeNull()
    expect(log.abortedTransactions(0n, Buffer.concat(readAll(log)), 8n)).toEqual([])
    await logs.close({ brokerEpoch: 1n })
    expect(disk.names(folder).filter((each) => each.endsWith('.swap'))).toEqual([])
  })

  test('a .txnindex with its .swap is that of the .swap', async () => {
    const disk = await written()
    copy(disk, 0, '.swap')
    disk.writeFile(`${folder}/${name(0, '.txnindex')}`, aborted(7n, 0n, 1n))
    disk.writeFile(`${folder}/${name(0, '.txnindex.swap')}`, aborted(8n, 1n, 2n))
    const { logs } = await world(disk, options)
    const log = logs.get('t', 0)!
    const found = log.abortedTransactions(0n, Buffer.concat(readAll(log)), 8n)
    expect(found.map(({ producerId }) => producerId)).toEqual([8n])
  })

  test('a file that is not ours stays, and says nothing of a swap', async () => {
    const disk = await written()
    const others = ['notes.txt', 'notes.tmp', 'mine.deleted', '.vim.swap', 'x.cleaned']
    for (const each of others) disk.writeFile(`${folder}/${each}`, Buffer.from('mine'))
    copy(disk, 0, '.swap')
    disk.writeFile('/data/notes.txt', Buffer.from('mine'))
    const { logs } = await world(disk, options)
    expect(text(logs.get('t', 0)!)).toBe(all)
    expect(disk.names(folder)).toEqual(expect.arrayContaining(others))
    expect(disk.names(folder)).not.toContain(name(0, '.log.swap'))
    expect(disk.names('/data')).toContain('notes.txt')
  })
})

describe('folders', () => {
  const hex = 'ab'.repeat(16)

  test('-delete: goes after file.delete.delay.ms', async () => {
    const disk = await written()
    const path = `/data/t-0.${hex}-delete`
    disk.rename(folder, path)
    const { logs, clock } = await world(disk, options)
    expect(logs.get('t', 0)).toBeUndefined()
    clock.advance(config.fileDeleteDelayMs - 1)
    expect(disk.stat(path)).not.toBeNull()
    clock.advance(1)
    expect(disk.stat(path)).toBeNull()
  })

  test('-stray: left alone, with a word', async () => {
    const disk = await written()
    const path = `/data/t-0.${hex}-stray`
    disk.rename(folder, path)
    const logger = listeningLogger()
    const { logs, clock } = await world(disk, { ...options, logger })
    clock.advance(10 * config.fileDeleteDelayMs)
    expect(logs.get('t', 0)).toBeUndefined()
    expect(disk.names(path)).toContain(name(0, '.log'))
    expect(logger.lines.join('\n')).toContain('(-stray) was left alone')
  })

  test('what the metadata does not give to this broker becomes -stray', async () => {
    const disk = await written()
    const { logs } = await world(disk, options)
    logs.putAside('t', 0)
    expect(logs.get('t', 0)).toBeUndefined()
    expect(
      disk.names('/data').filter((each) => /^t-0\.[0-9a-f]{32}-stray$/.test(each)),
    ).toHaveLength(1)
  })
})

describe('the order of writes', () => {
  const line = (disk: SimDisk, file: string) =>
    /^t 0 (\d+)$/m.exec(Buffer.from(disk.readFile(`/data/${file}`)).toString())?.[1]

  test('the recovery point stays inside a segment until its indexes are flushed too', async () => {
    const { disk, logs, clock } = await world(new SimDisk(), options)
    const log = logs.create('t', 0, topicId, config)
    for (let i = 0; i < 4; i++) append(log, `k=${i}`)
    await log.flush()
    clock.advance(60_000)
    // A roll may come at any moment, and its indexes be torn: the segment has to be read again.
    expect(line(disk, 'recovery-point-offset-checkpoint')).toBe('3')
    append(log, 'k=4')
    await log.flush()
    expect([...log.store.segments].map(({ baseOffset }) => baseOffset)).toEqual([0n, 4n])
    log.roll()
    await log.flush()
    clock.advance(60_000)
    expect(line(disk, 'recovery-point-offset-checkpoint')).toBe('5')
  })

  test('retention drops nothing before the new log start is on the medium', async () => {
    const small = { ...config, retentionBytes: 100 }
    const { disk, logs } = await world(new SimDisk(), { config: () => small })
    const log = logs.create('t', 0, topicId, small)
    for (let i = 0; i < 12; i++) append(log, `k=${i}`)
    log.advanceHighWatermark(12n)
    await log.flush()
    const starts = new Set<string | undefined>()
    disk.faults.observe = ({ kind, path }) => {
      if (kind === 'rename' && path.startsWith(folder)) {
        starts.add(line(disk, 'log-start-offset-checkpoint'))
      }
    }
    logs.applyRetention()
    expect(log.logStartOffset).toBe(8n)
    expect([...starts]).toEqual(['8'])
  })

  test('the line of the log start goes when the name of the first segment is safe', async () => {
    const small = { ...config, retentionBytes: 100 }
    const { disk, logs, clock } = await world(new SimDisk(), { config: () => small })
    const log = logs.create('t', 0, topicId, small)
    for (let i = 0; i < 12; i++) append(log, `k=${i}`)
    log.advanceHighWatermark(12n)
    await log.flush()
    logs.applyRetention()
    clock.advance(60_000)
    expect(line(disk, 'log-start-offset-checkpoint')).toBe('8')
    await log.flush()
    clock.advance(60_000)
    expect(line(disk, 'log-start-offset-checkpoint')).toBeUndefined()
  })

  test('of the metadata log, which stands in no checkpoint, segments go one after the other, each safely', async () => {
    const { disk, logs } = await world(new SimDisk(), options)
    const log = logs.metadataLog()
    for (let i = 0; i < 4; i++) {
      const bytes = batch({ records: ['k=1'] })
      log.appendAsLeader(bytes, { leaderEpoch: 1, origin: 'raft', now: 0 })
      log.roll()
    }
    log.advanceHighWatermark(4n)
    await log.flush()
    log.advanceLogStartOffset(3n)
    const steps: string[] = []
    disk.faults.observe = ({ kind, path }) => {
      if (kind === 'syncFolder' || path.endsWith('.log')) steps.push(kind)
    }
    logs.applyRetention()
    const bases = [...log.store.segments].map(({ baseOffset }) => baseOffset)
    expect(bases).toEqual([3n, 4n])
    expect(steps.join(' ')).toBe('rename syncFolder rename syncFolder rename syncFolder')
  })
})
