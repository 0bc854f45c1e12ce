/**
 * The log on disk through the whole broker, against Apache Kafka with the same client, and against what the machine can do at
 * all (`cp`, `cat`); only the ratios of one run mean something.
 *   npm run bench -- log            MB=256 PARTITIONS=1000 TAIL_MB=1024 as the environment
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
import { residentMb } from './measure.ts'
import { type Figures, print, row } from './table.ts'

const mb = Number(process.env.MB ?? 256)
const partitions = Number(process.env.PARTITIONS ?? 1000)
const tailMb = Number(process.env.TAIL_MB ?? 1024)
const inFlight = 5
const mib = 1024 * 1024
const timeoutMs = 60_000

const kinds: readonly Kind[] = java.ok ? ['jackdaw', 'apache'] : ['jackdaw']
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-log-'))
const notes: string[] = []
const running = new Set<OneBroker>()
try {
  await appendAndRead()
  await startUps()
  await tail()
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

async function appendAndRead(): Promise<void> {
  const appends: Record<string, Figures> = {}
  const reads: Figures = {}
  for (const kind of kinds) {
    const root = join(folder, kind)
    const broker = await started(root, kind)
    for (const kib of [16, 1024]) {
      const topic = `batches-${kib}`
      await newTopic(broker.connection, topic, { configs: { 'max.message.bytes': '2000000' } })
      const seconds = await write(broker, topic, kib * 1024)
      appends[kib] = { ...appends[kib], [kind]: mb / seconds }
    }
    reads[kind] = mb / (await readAll(broker, 'batches-1024'))
    await ended(broker, 'stop')
  }
  for (const [kib, figures] of Object.entries(appends)) {
    row(`append of ${kib} KiB batches, MB/s`, figures, 0, 'more')
  }
  row('sequential read, MB/s', reads, 0, 'more')
  const source = segmentsOf(join(dataOf(join(folder, 'jackdaw')), 'batches-1024-0'))
  const copied = seconds(() =>
    spawnSync('cp', [...source, makeFolder('copy')], { stdio: 'inherit' }),
  )
  const shown = seconds(() => spawnSync('cat', source, { stdio: ['ignore', 'ignore', 'inherit'] }))
  notes.push(
    `cp of the same bytes ${(mb / copied).toFixed(0)} MB/s, cat to nowhere ${(mb / shown).toFixed(0)} MB/s`,
  )
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

async function readAll({ connection }: OneBroker, topic: string): Promise<number> {
  const began = performance.now()
  for (let fetchOffset = 0n; ; ) {
    const asked = [{ partition: 0, fetchOffset, partitionMaxBytes: 8 * mib }]
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
    for (const kind of kinds) {
      const root = join(folder, `many-${how}-${kind}`)
      cpSync(made, root, { recursive: true })
      figures[kind] = await secondsToServe(root, kind, 'many', partitions)
      rmSync(root, { recursive: true, force: true })
    }
    const after = how === 'stop' ? 'a clean stop' : 'kill -9'
    row(`${partitions} partitions × 3 segments, start after ${after}, s`, figures, 2)
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

/** From the launch until every partition tells where it ends. */
async function secondsToServe(root: string, kind: Kind, topic: string, count: number) {
  const began = performance.now()
  const broker = await started(root, kind)
  const asked = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1n,
  }))
  await settled(
    () =>
      broker.connection.call(
        listOffsets,
        { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions: asked }] },
        { version: 7, timeoutMs },
      ),
    ({ topics }) => topics[0]!.partitions.map(({ errorCode }) => errorCode),
  )
  const seconds = (performance.now() - began) / 1000
  const pid = broker.pid()
  if (kind === 'jackdaw' && pid !== undefined) {
    notes.push(`jackdaw after ${topic}: ${residentMb(pid).toFixed(0)} MB resident`)
  }
  await ended(broker, 'kill')
  return seconds
}

/** One partition that nobody has flushed, read again from its beginning. */
async function tail(): Promise<void> {
  const made = join(folder, 'tail')
  const broker = await started(made, 'jackdaw')
  const configs = { 'max.message.bytes': '2000000' }
  await newTopic(broker.connection, 'small', {})
  await ended(broker, 'kill')
  const figures: Figures = {}
  for (const kind of kinds) figures[kind] = await startCopy(made, kind, 'small')
  const again = await started(made, 'jackdaw')
  await newTopic(again.connection, 'tail', { configs })
  await write(again, 'tail', mib, tailMb)
  await ended(again, 'kill')
  const long: Figures = {}
  for (const kind of kinds) long[kind] = await startCopy(made, kind, 'tail')
  row('start after kill -9, next to nothing to recover, s', figures, 2)
  row(`start after kill -9, ${tailMb} MiB to recover, s`, long, 2)
  // Kafka's own start varies by more than its recovery takes (it waits for the session of the broker that was killed).
  const rate = tailMb / (long.jackdaw! - figures.jackdaw!)
  notes.push(`recovery by Jackdaw, without its start: ${rate.toFixed(0)} MB/s`)
}

async function startCopy(made: string, kind: Kind, topic: string): Promise<number> {
  const root = join(folder, `${topic}-${kind}`)
  cpSync(made, root, { recursive: true })
  try {
    return await secondsToServe(root, kind, topic, 1)
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
