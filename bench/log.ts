/**
 * The log on disk through the whole broker, against Apache Kafka with the same client, and against what the machine can do at
 * all (`cp`, `cat`); only the ratios of one run mean something.
 *   npm run bench -- log            MB=256 ROUNDS=3 PARTITIONS=1000 TAIL_MB=1024 LARGE_MB=2048 as the environment;
 *                                   PARTS=append,read,start,recovery,memory names those to be run
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetch } from '../src/protocol/apis/fetch.ts'
import { listOffsets } from '../src/protocol/apis/list-offsets.ts'
import { produce } from '../src/protocol/apis/produce.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import { batches, lastOffsetOf } from '../src/protocol/batch/layout.ts'
import { settled } from '../test/support/asking.ts'
import { newTopic, text } from '../test/support/filling.ts'
import { dataOf, type Kind, type OneBroker, startOn } from '../test/support/one-broker.ts'
import { java } from './contestants.ts'
import { cpuSeconds, median, residentMb, sideBySide } from './measure.ts'
import { type Figures, mapped, print, row } from './table.ts'

const mb = Number(process.env.MB ?? 256)
const partitions = Number(process.env.PARTITIONS ?? 1000)
const tailMb = Number(process.env.TAIL_MB ?? 1024)
const largeMb = Number(process.env.LARGE_MB ?? 2048)
const rounds = Number(process.env.ROUNDS ?? 3)
const parts = (process.env.PARTS ?? 'append,read,start,recovery,memory').split(',')
const batchKibs = [16, 1024] as const
const fetchMibs = [1, 8] as const
const inFlight = 5
const mib = 1024 * 1024
const timeoutMs = 60_000

const kinds: readonly Kind[] =
  java.ok && process.env.ALONE === undefined ? ['jackdaw', 'apache'] : ['jackdaw']
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-log-'))
const notes: string[] = []
const running = new Set<OneBroker>()
try {
  if (parts.includes('append') || parts.includes('read')) await appendAndRead()
  if (parts.includes('start')) await startUps()
  if (parts.includes('recovery')) await tail()
  if (parts.includes('memory')) await memory()
} finally {
  for (const each of running) await each.kill()
  rmSync(folder, { recursive: true, force: true })
}
print([
  'a ratio above 1: ours is better; the kcat column is empty here',
  ...notes,
  ...(java.ok ? [] : [`Apache Kafka: ${java.reason}`]),
])

async function started(root: string, kind: Kind): Promise<OneBroker> {
  const broker = await startOn(root, kind)
  running.add(broker)
  return broker
}

async function ended(broker: OneBroker, how: 'stop' | 'kill'): Promise<void> {
  running.delete(broker)
  await broker[how]()
}

/** What was done, how long it took, and how much of a processor it cost the broker. */
interface Paced {
  readonly mbPerSecond: number
  readonly cpuMsPerMb: number
}

async function appendAndRead(): Promise<void> {
  const brokers = new Map<Kind, OneBroker>()
  for (const kind of kinds) brokers.set(kind, await started(join(folder, kind), kind))
  const configs = { 'max.message.bytes': '2000000' }
  for (const kib of batchKibs) {
    const all = await sideBySide(kinds, rounds, async (kind, round) => {
      const broker = brokers.get(kind)!
      const topic = `batches-${kib}-${round}`
      await newTopic(broker.connection, topic, { configs })
      return paced(broker, () => write(broker, topic, kib * 1024))
    })
    if (parts.includes('append')) tell(`append of ${kib} KiB batches`, all)
  }
  if (parts.includes('read')) {
    for (const kib of batchKibs) {
      for (const mibs of fetchMibs) {
        const all = await sideBySide(kinds, rounds, (kind, round) => {
          const broker = brokers.get(kind)!
          return paced(broker, () => readAll(broker, `batches-${kib}-${round}`, mibs * mib))
        })
        tell(`read of ${kib} KiB batches, ${mibs} MiB a fetch`, all)
      }
    }
  }
  for (const broker of brokers.values()) await ended(broker, 'stop')
  for (const kib of batchKibs) bytesAlone(`batches-${kib}-0-0`)
  for (const kind of kinds) rmSync(join(folder, kind), { recursive: true, force: true })
}

async function paced(broker: OneBroker, work: () => Promise<number>): Promise<Paced> {
  const before = cpuSeconds(broker.pid()!)
  const seconds = await work()
  const cpuMsPerMb = ((cpuSeconds(broker.pid()!) - before) * 1000) / mb
  return { mbPerSecond: mb / seconds, cpuMsPerMb }
}

function tell(job: string, all: Partial<Record<Kind, Paced[]>>): void {
  const figures = (view: (one: Paced) => number) => mapped(all, (some) => median(some.map(view)))
  row(
    `${job}, MB/s`,
    figures(({ mbPerSecond }) => mbPerSecond),
    0,
    'more',
  )
  row(
    `${job}, ms of the broker's processor a MB`,
    figures(({ cpuMsPerMb }) => cpuMsPerMb),
    2,
  )
}

/** What the machine does with the same bytes. */
function bytesAlone(partition: string): void {
  const source = segmentsOf(join(dataOf(join(folder, 'jackdaw')), partition))
  const copied = seconds(() =>
    spawnSync('cp', [...source, makeFolder('copy')], { stdio: 'inherit' }),
  )
  const shown = seconds(() =>
    spawnSync('sh', ['-c', 'cat "$@" | cat >/dev/null', 'sh', ...source], { stdio: 'inherit' }),
  )
  rmSync(join(folder, 'copy'), { recursive: true, force: true })
  notes.push(
    `the same bytes of ${partition}: cp ${(mb / copied).toFixed(0)} MB/s, cat to a pipe ${(mb / shown).toFixed(0)} MB/s`,
  )
}

/** Memory of a broker that has served a long log from its beginning, beside one with a short log. */
async function memory(): Promise<void> {
  for (const [name, size] of [
    ['short', 10],
    ['long', largeMb],
  ] as const) {
    const figures: Figures = {}
    for (const kind of kinds) {
      const root = join(folder, `memory-${kind}`)
      const broker = await started(root, kind)
      await newTopic(broker.connection, name, { configs: { 'max.message.bytes': '2000000' } })
      await write(broker, name, mib, size)
      await ended(broker, 'stop')
      const again = await started(root, kind)
      await settled(
        () => endsOf(again, name),
        ({ topics }) => topics[0]!.partitions.map(({ errorCode }) => errorCode),
      )
      const before = residentMb(again.pid()!)
      await readAll(again, name, mib)
      figures[kind] = residentMb(again.pid()!)
      notes.push(`${kind}, ${size} MiB: ${before.toFixed(0)} MB resident after the start`)
      await ended(again, 'kill')
      rmSync(root, { recursive: true, force: true })
    }
    row(`memory after reading a log of ${size} MiB, MB`, figures, 0)
  }
}

/** Batches of this size until `mb` are acknowledged, five of them on the way at any time. */
async function write({ connection }: OneBroker, topic: string, size: number, total = mb) {
  const value = Buffer.alloc(size - 200, 'abcdefgh')
  const records = encodeBatch({}, [{ key: null, value, timestamp: BigInt(Date.now()) }])
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  const request = { acks: 1, timeoutMs, topicData }
  const send = () =>
    settled(
      () => connection.call(produce, request, { version: 12, timeoutMs }),
      ({ responses }) => [responses[0]!.partitionResponses[0]!.errorCode],
    )
  // The first one waits for the leader.
  await send()
  let left = Math.ceil((total * mib) / records.length)
  const began = performance.now()
  const lane = async () => {
    while (left-- > 0) await send()
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return (performance.now() - began) / 1000
}

async function readAll(
  { connection }: OneBroker,
  topic: string,
  bytesMax: number,
): Promise<number> {
  const began = performance.now()
  for (let fetchOffset = 0n; ; ) {
    const asked = [{ partition: 0, fetchOffset, partitionMaxBytes: bytesMax }]
    const { responses } = await connection.call(
      fetch,
      {
        ...{ maxWaitMs: 100, minBytes: 1, isolationLevel: 0, sessionId: 0, sessionEpoch: -1 },
        topics: [{ topic, partitions: asked }],
        forgottenTopicsData: [],
      },
      { version: 12, timeoutMs },
    )
    const { records, highWatermark } = responses[0]!.partitions[0]!
    const bytes = records ?? new Uint8Array(0)
    for (const at of batches(bytes)) fetchOffset = lastOffsetOf(bytes, at) + 1n
    if (fetchOffset >= highWatermark) return (performance.now() - began) / 1000
  }
}

/** A directory of many partitions of three segments, stopped and killed, and how soon each broker serves all of it. */
async function startUps(): Promise<void> {
  for (const how of ['stop', 'kill'] as const) {
    const made = join(folder, `many-${how}`)
    const broker = await started(made, 'jackdaw')
    const configs = { 'segment.ms': '1000' }
    await newTopic(broker.connection, 'many', { partitions, configs })
    for (const segment of [0, 1, 2]) await writeToAll(broker, segment)
    await ended(broker, how)
    const figures: Figures = {}
    const cpu: Figures = {}
    for (const kind of kinds) {
      const root = join(folder, `many-${how}-${kind}`)
      cpSync(made, root, { recursive: true })
      const taken = await served(root, kind, 'many', partitions)
      figures[kind] = taken.seconds
      cpu[kind] = taken.cpu
      rmSync(root, { recursive: true, force: true })
    }
    const after = how === 'stop' ? 'a clean stop' : 'kill -9'
    row(`${partitions} partitions × 3 segments, start after ${after}, s`, figures, 2)
    row(`the same, s of a processor`, cpu, 2)
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

/** Asks each partition where it ends. */
function endsOf({ connection }: OneBroker, topic: string, count = 1) {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1n,
  }))
  return connection.call(
    listOffsets,
    { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] },
    { version: 7, timeoutMs },
  )
}

/** One partition that nobody has flushed, read again from its beginning. */
async function tail(): Promise<void> {
  const made = join(folder, 'tail')
  const broker = await started(made, 'jackdaw')
  const configs = { 'max.message.bytes': '2000000' }
  await newTopic(broker.connection, 'small', {})
  await ended(broker, 'kill')
  const short = await sideBySide(kinds, rounds, (kind) => startCopy(made, kind, 'small'))
  const again = await started(made, 'jackdaw')
  await newTopic(again.connection, 'tail', { configs })
  await write(again, 'tail', mib, tailMb)
  await ended(again, 'kill')
  const long = await sideBySide(kinds, rounds, (kind) => startCopy(made, kind, 'tail'))
  const seconds = (all: typeof short) =>
    mapped(all, (some) => median(some.map((one) => one.seconds)))
  const cpu = (all: typeof short) => mapped(all, (some) => median(some.map((one) => one.cpu)))
  row('start after kill -9, next to nothing to recover, s', seconds(short), 2)
  row(`start after kill -9, ${tailMb} MiB to recover, s`, seconds(long), 2)
  row('the same, s of a processor', cpu(long), 2)
  // Kafka's own start varies by more than its recovery takes (it waits for the session of the broker that was killed).
  const rate = (all: Figures, none: Figures) => (tailMb / (all.jackdaw! - none.jackdaw!)).toFixed(0)
  notes.push(
    `recovery by Jackdaw, without its start: ${rate(seconds(long), seconds(short))} MB/s, ${rate(cpu(long), cpu(short))} MB/s of processor time`,
  )
}

async function startCopy(made: string, kind: Kind, topic: string): Promise<Served> {
  const root = join(folder, `${topic}-${kind}`)
  cpSync(made, root, { recursive: true })
  try {
    return await served(root, kind, topic, 1)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function segmentsOf(partition: string): string[] {
  return readdirSync(partition)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(partition, name))
    .filter((path) => statSync(path).size > 0)
}

function makeFolder(name: string): string {
  mkdirSync(join(folder, name), { recursive: true })
  return join(folder, name)
}

function seconds(work: () => unknown): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}
