/** A `.txnindex` that cannot be right: built anew, where its segment is not read again otherwise. */
import { expect, test } from 'vitest'
import type { LogConfig } from '../../src/log/log-config.ts'
import { SimDisk } from '../sim/disk.ts'
import {
  append,
  appendMarker,
  defaults,
  listeningLogger,
  marker,
  topicId,
  world,
} from './support.ts'

const config: LogConfig = { ...defaults, segmentBytes: 300, indexIntervalBytes: 60 }
const txnIndex = '/data/t-0/00000000000000000000.txnindex'
const edit = (disk: SimDisk, path: string, change: (bytes: Buffer) => Uint8Array) =>
  disk.writeFile(path, change(Buffer.from(disk.readFile(path))))

async function withAborted(): Promise<SimDisk> {
  const { disk, logs } = await world(new SimDisk(), { config: () => config })
  const log = logs.create('t', 0, topicId, config)
  const producer = { producerId: 7n, producerEpoch: 0, transactional: true }
  append(log, { records: ['=kept'] })
  append(log, { records: ['=gone'], baseSequence: 0, ...producer })
  appendMarker(log, marker('ABORT', producer))
  for (let i = 0; i < 8; i++) append(log, `=${i}`)
  await logs.close({ brokerEpoch: 1n })
  return disk.afterKill()
}

test.each<{ what: string; change: (bytes: Buffer) => Uint8Array; says: RegExp }>([
  { what: 'torn', change: (bytes) => bytes.subarray(0, 20), says: /no multiple of 34/ },
  {
    what: 'of a newer version',
    change: (bytes) => Buffer.concat([Buffer.from([0, 3]), bytes.subarray(2)]),
    says: /an entry of version 3/,
  },
  {
    what: 'of another segment',
    change: (bytes) =>
      Buffer.concat([bytes.subarray(0, 18), Buffer.alloc(8, 1), bytes.subarray(26)]),
    says: /aborted at offset \d+/,
  },
])('one that is $what is built anew from the batches, byte for byte', async ({ change, says }) => {
  for (const stop of ['clean', 'kill'] as const) {
    const disk = await withAborted()
    if (stop === 'kill') {
      disk.remove('/data/.kafka_cleanshutdown')
      disk.writeFile('/data/recovery-point-offset-checkpoint', Buffer.from('0\n1\nt 0 11\n'))
    }
    const before = Buffer.from(disk.readFile(txnIndex)).toString('hex')
    expect(before).toHaveLength(68)
    edit(disk, txnIndex, change)
    const logger = listeningLogger()
    await world(disk, { config: () => config, logger })
    expect(Buffer.from(disk.readFile(txnIndex)).toString('hex')).toBe(before)
    expect(logger.lines.join('\n')).toMatch(says)
  }
})
