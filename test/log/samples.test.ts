/** Directories that Apache Kafka 4.3.1 wrote, one stopped cleanly, one killed: we have to show what Kafka shows. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/host/clock.ts'
import { systemDisk } from '../../src/host/disk.ts'
import { systemRandom } from '../../src/host/random.ts'
import { logConfig } from '../../src/log/log-config.ts'
import { LogManager } from '../../src/log/log-manager.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { isControl } from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { BrokerConfigs } from '../../src/protocol/configs/effective.ts'
import { makeWritable, samplesFolder } from '../support/samples.ts'
import { listeningLogger, readAll } from './support.ts'

interface State {
  topics: {
    [name: string]: {
      id: string
      configs: { [name: string]: string }
      partitions: {
        partition: number
        earliest: string
        highWatermark: string
        lastStable: string
        readUncommitted: number
        readCommitted: number
      }[]
    }
  }
}

const settings = new BrokerConfigs({ fixed: new Map([['log.index.size.max.bytes', '4096']]) })

describe.each(['clean', 'crashed'])('the sample %s', (kind) => {
  const state = JSON.parse(readFileSync(join(samplesFolder, `${kind}.state.json`), 'utf8')) as State
  const logger = listeningLogger()
  let folder = ''
  let logs: LogManager

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jackdaw-sample-'))
    cpSync(join(samplesFolder, kind), folder, { recursive: true })
    makeWritable(folder)
    logs = await LogManager.open({
      disk: systemDisk,
      clock: systemClock,
      random: systemRandom,
      logger,
      directories: [folder],
      nodeId: 1,
      settings,
    })
    logs.metadataLog()
    await logs.load({ config: configOf })
  })

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
  })

  const configOf = (topic: string) => {
    const effective = settings.topic(new Map(Object.entries(state.topics[topic]?.configs ?? {})))
    return logConfig((name) => effective.get(name))
  }

  const partitions = Object.entries(state.topics).flatMap(([topic, { id, partitions: known }]) =>
    known.map((each) => ({ topic, id, ...each })),
  )

  test.each(partitions)('$topic-$partition', ({ topic, partition, id, ...shown }) => {
    const log = logs.get(topic, partition)!
    // A leader alone in its in-sync set moves it at once.
    log.advanceHighWatermark(log.logEndOffset)
    expect({
      id: log.topicId,
      earliest: String(log.logStartOffset),
      highWatermark: String(log.highWatermark),
      lastStable: String(log.lastStableOffset),
      readUncommitted: count(log, log.highWatermark, new Map()),
      readCommitted: count(log, log.lastStableOffset, abortedOf(log)),
    }).toEqual({ id, ...shown })
  })

  test('all partitions are there, and no other', () => {
    const names = [...logs.all()].map(({ name }) => name).sort()
    expect(names).toEqual(partitions.map((each) => `${each.topic}-${each.partition}`).sort())
  })

  test('the last stop of the broker is known if it was one', () => {
    expect(logs.previousBrokerEpoch).toBe(kind === 'clean' ? 12n : null)
  })

  test('nothing was lost, so nothing is told of a loss', () => {
    expect(logger.lines.filter((line) => !line.startsWith('info'))).toEqual([])
  })

  test('after our clean stop the files are as Kafka left its own', async () => {
    await logs.close({ brokerEpoch: 12n })
    const differing = filesOf(join(samplesFolder, 'clean')).filter(
      (name) => kind === 'clean' && !sameFile(name, folder),
    )
    expect(differing).toEqual([])
    expect(readFileSync(join(folder, '.kafka_cleanshutdown'), 'utf8')).toBe(
      '{"version":0,"brokerEpoch":12}',
    )
    expect(readdirSync(folder)).not.toContain('.lock')
  })
})

/** Rewritten at every stop, in no order. */
const unordered = /-checkpoint$/
/** Away after a start: what waited for its removal, and epochs that begin where nothing was ever written. */
const gone = /\.deleted$/
const emptyEpochs = /^(__consumer_offsets-1|__transaction_state-0)\/leader-epoch-checkpoint$/

function sameFile(name: string, folder: string): boolean {
  if (gone.test(name) || emptyEpochs.test(name)) return true
  const [theirs, ours] = [join(samplesFolder, 'clean', name), join(folder, name)].map((path) =>
    readFileSync(path),
  )
  return unordered.test(name) ? lines(theirs!) === lines(ours!) : theirs!.equals(ours!)
}

const lines = (bytes: Buffer) => bytes.toString().split('\n').sort().join('\n')

function filesOf(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(folder, `${prefix}${entry.name}/`) : [prefix + entry.name],
  )
}

/** What a consumer shows: no control records, nothing at or beyond `upTo`, nothing of aborted transactions. */
function count(log: PartitionLog, upTo: bigint, aborted: Map<bigint, bigint[]>): number {
  let found = 0
  const open = new Set<bigint>()
  for (const bytes of readAll(log)) {
    const baseOffset = bytes.readBigInt64BE(0)
    const producerId = bytes.readBigInt64BE(43)
    if (aborted.get(producerId)?.includes(baseOffset)) open.add(producerId)
    if (isControl(bytes)) {
      open.delete(producerId)
      continue
    }
    if (open.has(producerId)) continue
    for (const { offset } of records(bytes)) {
      if (offset >= log.logStartOffset && offset < upTo) found++
    }
  }
  return found
}

function abortedOf(log: PartitionLog): Map<bigint, bigint[]> {
  const found = new Map<bigint, bigint[]>()
  const bytes = Buffer.concat(readAll(log))
  const ranges = log.abortedTransactions(log.logStartOffset, bytes, log.lastStableOffset)
  for (const { producerId, firstOffset } of ranges) {
    found.set(producerId, [...(found.get(producerId) ?? []), firstOffset])
  }
  return found
}
