/** A log with something in its middle that cannot be read: nobody is led past it, and everything else is there as before. */
import { expect, test } from 'vitest'
import type { LogConfig } from '../../src/log/log-config.ts'
import { offsetName } from '../../src/log/names.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { batches, headerSize } from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import type { KafkaError } from '../../src/protocol/errors.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, defaults, listeningLogger, topicId, world } from './support.ts'

const config: LogConfig = { ...defaults, segmentBytes: 300, indexIntervalBytes: 1000 }
const folder = '/data/t-0'
const path = `${folder}/${offsetName(4n)}.log`
const start = 1_800_000_000_000

/** Twelve records, a batch each, four to a segment: at 0, 4 and 8. What `damage` is given is the batch of offset 5. */
async function damaged(damage: (second: Buffer) => void) {
  const { disk, logs } = await world(new SimDisk(), { config: () => config })
  const log = logs.create('t', 0, topicId, config)
  for (let i = 0; i < 12; i++) {
    append(log, {
      records: [`k=${i}`],
      at: start + i,
      producerId: 7n,
      producerEpoch: 0,
      baseSequence: i,
    })
  }
  log.advanceHighWatermark(12n)
  await logs.close({ brokerEpoch: 1n })
  edit(disk, (bytes) => {
    const size = 12 + bytes.readInt32BE(8)
    damage(bytes.subarray(size, 2 * size))
  })
  return { disk, ...(await opened(disk)) }
}

async function opened(disk: SimDisk) {
  const logger = listeningLogger()
  const { logs } = await world(disk, { config: () => config, logger })
  return {
    log: logs.get('t', 0)!,
    logs,
    lines: logger.lines,
    errors: () => logger.lines.filter((line) => line.startsWith('error')),
  }
}

function edit(disk: SimDisk, change: (bytes: Buffer) => void): void {
  const bytes = Buffer.from(disk.readFile(path))
  change(bytes)
  disk.writeFile(path, bytes)
}

/** The offsets that a fetch at this one gives, or its error. */
function fetched(log: PartitionLog, offset: bigint): string {
  const options = { bytesMax: 1 << 20, upTo: 12n, atLeastOneBatch: true }
  return outcome(() => {
    const { bytes } = log.read(offset, options)
    return [...batches(bytes)].map((at) => [...records(bytes, at)][0]!.offset).join(' ')
  })
}

function outcome(ask: () => string): string {
  try {
    return ask()
  } catch (error) {
    return (error as KafkaError).error
  }
}

const kinds: { what: string; damage: (second: Buffer) => void; says: RegExp }[] = [
  { what: 'zeros', damage: (second) => second.fill(0), says: /byte \d+: a batch of 0 bytes/ },
  {
    what: 'a length beyond the end of the file, over which Kafka goes on to the next one',
    damage: (second) => second.writeInt32BE(1 << 20, 8),
    says: /byte \d+: a batch of 1048588 bytes, of which/,
  },
  {
    what: 'a negative length',
    damage: (second) => second.writeInt32BE(-5, 8),
    says: /byte \d+: a batch of -5 bytes/,
  },
  {
    what: 'a magic that nobody knows',
    damage: (second) => second.writeUInt8(9, 16),
    says: /byte \d+: a batch of magic 9/,
  },
]

test.each(kinds)('a fetch comes as far as $what', async ({ damage, says }) => {
  const { log, errors } = await damaged(damage)
  const found = Array.from({ length: 12 }, (_, i) => fetched(log, BigInt(i)))
  const corrupt = 'CORRUPT_MESSAGE'
  expect(found).toEqual([
    '0 1 2 3',
    '1 2 3',
    '2 3',
    '3',
    '4',
    corrupt,
    corrupt,
    corrupt,
    '8 9 10 11',
    '9 10 11',
    '10 11',
    '11',
  ])
  // Asked three times, said once.
  expect(errors()).toHaveLength(1)
  expect(errors()[0]).toMatch(says)
  expect(errors()[0]).toContain(`error: ${path}`)
})

test.each([
  ...kinds,
  {
    what: 'a flipped bit in a record',
    damage: (second: Buffer) => second.writeUInt8(0xff, headerSize + 4),
    says: /byte \d+: a batch whose checksum is wrong/,
  },
])('a time that may stand in $what is not looked for behind it', async ({ damage, says }) => {
  const { log, errors } = await damaged(damage)
  const found = [4, 5, 7, 8].map((i) =>
    outcome(() => String(log.offsetForTimestamp(BigInt(start + i))?.offset)),
  )
  const isFlipped = says.source.includes('checksum')
  // Of a batch whose checksum is wrong the end is known: what follows can be read.
  const behind = isFlipped ? '7' : 'CORRUPT_MESSAGE'
  expect(found).toEqual(['4', 'CORRUPT_MESSAGE', behind, '8'])
  expect(errors()).toHaveLength(1)
  expect(errors()[0]).toMatch(says)
})

test('a start that comes to it says so', async () => {
  const { lines } = await damaged((second) => second.writeUInt8(0x7f, 8))
  expect(lines.join('\n')).toMatch(
    /warn: a batch of \d+ bytes, of which .*: from there up to record 7 nothing can be read.*4\.log/,
  )
})

test('a follower that would have to cut behind the damage leaves everything as it is', async () => {
  const { disk, log, errors } = await damaged((second) => second.fill(0))
  const before = Buffer.from(disk.readFile(path))
  expect(outcome(() => String(log.truncateTo(7n)))).toBe('CORRUPT_MESSAGE')
  expect(log.logEndOffset).toBe(12n)
  expect(Buffer.from(disk.readFile(path))).toEqual(before)
  expect([...log.store.segments]).toHaveLength(3)
  expect(errors()).toHaveLength(1)
  // Before it, it is cut as ever.
  log.truncateTo(4n)
  append(log, { records: ['k=4'], producerId: 7n, producerEpoch: 0, baseSequence: 4 })
  expect(fetched(log, 4n)).toBe('4')
})

test('indexes that are built anew, and producers that are read again, tell where they end', async () => {
  const { disk, logs } = await damaged((second) => second.fill(0))
  await logs.close({ brokerEpoch: 1n })
  disk.remove(path.replace('.log', '.index'))
  for (const name of disk.names(folder)) {
    if (name.endsWith('.snapshot') && name !== `${offsetName(4n)}.snapshot`) {
      disk.remove(`${folder}/${name}`)
    }
  }
  const { log, errors } = await opened(disk)
  const told = errors()
  expect(told).toHaveLength(1)
  expect(told[0]).toContain(`error: ${path}`)
  expect(fetched(log, 6n)).toBe('CORRUPT_MESSAGE')
  expect(fetched(log, 8n)).toBe('8 9 10 11')
  expect(log.producers.get(7n)?.batches.at(-1)?.lastSequence).toBe(11)
})
