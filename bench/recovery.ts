/**
 * How soon a broker serves a directory of many partitions, after a clean stop and after a kill, and how fast it reads again what
 * was not flushed; against Apache Kafka on a copy of the same directory.
 *   npm run bench -- recovery       PARTITIONS=1000 TAIL_MB=1024 ROUNDS=3 as the environment; ALONE=1: without Apache Kafka
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { produce } from '../src/protocol/apis/produce.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import { settled } from '../test/support/asking.ts'
import { newTopic, text } from '../test/support/filling.ts'
import type { Kind, OneBroker } from '../test/support/one-broker.ts'
import {
  ended,
  endsOf,
  killAll,
  kinds,
  large,
  mib,
  started,
  timeoutMs,
  withoutJava,
  write,
} from './log-jobs.ts'
import { cpuSeconds, median, residentMb, sideBySide } from './measure.ts'
import { type Figures, mapped, print, row } from './table.ts'

const partitions = Number(process.env.PARTITIONS ?? 1000)
const tailMb = Number(process.env.TAIL_MB ?? 1024)
const rounds = Number(process.env.ROUNDS ?? 3)
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-recovery-'))
const notes: string[] = []
try {
  await startUps()
  await tail()
} finally {
  await killAll()
  rmSync(folder, { recursive: true, force: true })
}
print(['a ratio above 1: ours is better; the kcat column is empty here', ...notes, ...withoutJava])

/** A directory of many partitions of three segments, stopped and killed, and how soon each broker serves all of it. */
async function startUps(): Promise<void> {
  for (const how of ['stop', 'kill'] as const) {
    const made = join(folder, `many-${how}`)
    const broker = await started(made, 'jackdaw')
    const configs = { 'segment.ms': '1000' }
    await newTopic(broker.connection, 'many', { partitions, configs })
    for (const segment of [0, 1, 2]) await writeToAll(broker, segment)
    await ended(broker, how)
    const all = await sideBySide(kinds, rounds, (kind) =>
      startCopy(made, kind, { topic: 'many', count: partitions }),
    )
    const after = how === 'stop' ? 'a clean stop' : 'kill -9'
    row(`${partitions} partitions × 3 segments, start after ${after}, s`, seconds(all), 2)
    row('the same, s of a processor', cpu(all), 2)
    rmSync(made, { recursive: true, force: true })
  }
}

/** A record of a later time closes the segment before it. */
async function writeToAll({ connection }: OneBroker, segment: number): Promise<void> {
  const timestamp = BigInt(Date.now()) + BigInt(segment) * 10_000n
  const records = encodeBatch({}, [{ key: text('k'), value: text('v'), timestamp }])
  const partitionData = Array.from({ length: partitions }, (_, index) => ({ index, records }))
  await settled(
    () =>
      connection.call(
        produce,
        { acks: -1, timeoutMs, topicData: [{ name: 'many', partitionData }] },
        { version: 12, timeoutMs },
      ),
    ({ responses }) => responses[0]!.partitionResponses.map(({ errorCode }) => errorCode),
  )
}

interface Asked {
  readonly topic: string
  readonly count: number
}

type Runs = Partial<Record<Kind, Served[]>>

function seconds(all: Runs): Figures {
  return mapped(all, (some) => median(some.map((one) => one.seconds)))
}

function cpu(all: Runs): Figures {
  return mapped(all, (some) => median(some.map((one) => one.cpu)))
}

interface Served {
  readonly seconds: number
  readonly cpu: number
}

/** From the launch until every partition tells where it ends. */
async function served(root: string, kind: Kind, topic: string, count: number): Promise<Served> {
  const began = performance.now()
  const broker = await started(root, kind)
  await settled(
    () => endsOf(broker, topic, count),
    ({ topics }) => topics[0]!.partitions.map(({ errorCode }) => errorCode),
  )
  const seconds = (performance.now() - began) / 1000
  const pid = broker.pid()!
  const cpu = cpuSeconds(pid)
  if (kind === 'jackdaw')
    notes.push(`jackdaw after ${topic}: ${residentMb(pid).toFixed(0)} MB resident`)
  await ended(broker, 'kill')
  return { seconds, cpu }
}

/** One partition that nobody has flushed, read again from its beginning. */
async function tail(): Promise<void> {
  const made = join(folder, 'tail')
  const broker = await started(made, 'jackdaw')
  await newTopic(broker.connection, 'small', {})
  await ended(broker, 'kill')
  const short = await sideBySide(kinds, rounds, (kind) =>
    startCopy(made, kind, { topic: 'small', count: 1 }),
  )
  const again = await started(made, 'jackdaw')
  await newTopic(again.connection, 'tail', large)
  await write(again, 'tail', mib, tailMb)
  await ended(again, 'kill')
  const long = await sideBySide(kinds, rounds, (kind) =>
    startCopy(made, kind, { topic: 'tail', count: 1 }),
  )
  row('start after kill -9, next to nothing to recover, s', seconds(short), 2)
  row(`start after kill -9, ${tailMb} MiB to recover, s`, seconds(long), 2)
  row('the same, s of a processor', cpu(long), 2)
  // Kafka's own start varies by more than its recovery takes (it waits for the session of the broker that was killed).
  const rate = (all: Figures, none: Figures) => (tailMb / (all.jackdaw! - none.jackdaw!)).toFixed(0)
  notes.push(
    `recovery by Jackdaw, without its start: ${rate(seconds(long), seconds(short))} MB/s, ${rate(cpu(long), cpu(short))} MB/s of processor time`,
  )
}

async function startCopy(made: string, kind: Kind, { topic, count }: Asked): Promise<Served> {
  const root = join(folder, `${topic}-${kind}`)
  cpSync(made, root, { recursive: true })
  try {
    return await served(root, kind, topic, count)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
