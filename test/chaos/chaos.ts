/**
 * Three brokers, each a process, that are killed, stopped and made to stand still in turn, while three producers write and a
 * group reads. The verdict in Jepsen's terms: acknowledged, lost, duplicated, reordered, longest gap.
 */
import { Admin } from '../../src/client/admin.ts'
import { parseBootstrap } from '../../src/client/bootstrap.ts'
import { SeededRandom } from '../sim/random.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'
import { type Fault, faults, happen, meant } from './faults.ts'
import { groupReader, readAll } from './reading.ts'
import { Gaps, libraryWriter, librdkafkaWriter, pipeWriter, type Writer } from './writers.ts'

export interface ChaosOptions {
  readonly seed: number
  /** When to end; faults that have begun are undone first. */
  readonly isOver: (faultsSoFar: number) => boolean
  /** How long a fault lasts: at least, at most. */
  readonly lastingMs: readonly [number, number]
  readonly onFault?: (told: Told) => void
}

export interface Told extends Fault {
  readonly brokers: readonly number[]
  /** The longest time without an acknowledgement in some partition. */
  readonly gapMs: number
}

export interface Verdict {
  readonly written: number
  readonly acknowledged: number
  readonly refused: number
  readonly lost: string[]
  readonly duplicated: string[]
  readonly reordered: string[]
  /** Acknowledged, but never seen by the group. */
  readonly unread: string[]
  readonly faults: Told[]
}

const topic = 'chaos'
const partitions = 6
const writeEveryMs = 4
const healMs = 60_000

export async function chaos(options: ChaosOptions): Promise<Verdict> {
  const jackdaw = await startJackdaw({
    brokers: 3,
    config: { 'group.initial.rebalance.delay.ms': 0, 'offsets.topic.num.partitions': 4 },
  })
  const admin = new Admin({ bootstrap: parseBootstrap(jackdaw.bootstrap) })
  try {
    return await play(options, jackdaw, admin)
  } finally {
    admin.close()
    await jackdaw.stop()
  }
}

async function play(
  { seed, isOver, lastingMs, onFault = () => {} }: ChaosOptions,
  jackdaw: Jackdaw,
  admin: Admin,
): Promise<Verdict> {
  const random = new SeededRandom(seed)
  const configs = { 'min.insync.replicas': '2' }
  await admin.createTopics([{ name: topic, partitions, replicationFactor: 3, configs }])
  await inSync(admin)
  const gaps = new Gaps()
  const writers: Writer[] = [await libraryWriter(jackdaw, topic, gaps), pipeWriter(jackdaw, topic)]
  const librdkafka = librdkafkaWriter(jackdaw, topic)
  if (librdkafka.ok) writers.push(librdkafka.value)
  else console.warn(`librdkafka does not take part: ${librdkafka.reason}`)
  const reader = groupReader(jackdaw, topic)
  let written = 0
  const timer = setInterval(() => {
    for (const writer of writers) writer.write()
    written += writers.length
  }, writeEveryMs)
  const told: Told[] = []
  try {
    for (const fault of faults(random)) {
      if (isOver(told.length)) break
      const brokers = await meant(fault, { admin, topic, random })
      gaps.take()
      const lasting = lastingMs[0] + random.below(lastingMs[1] - lastingMs[0])
      await happen(fault, brokers, { jackdaw, lastingMs: lasting })
      await inSync(admin)
      await flowing(gaps)
      told.push({ ...fault, brokers, gapMs: gaps.take() })
      onFault(told.at(-1)!)
    }
  } finally {
    clearInterval(timer)
  }
  const finished = await Promise.all(writers.map((writer) => writer.finish()))
  const acknowledged = finished.flatMap((each) => each.acknowledged)
  const found = await readAll(jackdaw, topic, partitions)
  const unread = await reader.missing(acknowledged, healMs)
  await reader.end()
  return {
    written,
    acknowledged: acknowledged.length,
    refused: finished.reduce((sum, each) => sum + each.refused, 0),
    ...judged(found, acknowledged),
    unread,
    faults: told,
  }
}

/** What was acknowledged and is not there, what is there twice, and what comes before an earlier one of its key. */
export function judged(found: readonly (readonly string[])[], acknowledged: readonly string[]) {
  const seen = new Set<string>()
  const duplicated: string[] = []
  const reordered: string[] = []
  for (const values of found) {
    const last = new Map<string, number>()
    for (const value of values) {
      if (seen.has(value)) {
        duplicated.push(value)
        continue
      }
      seen.add(value)
      const cut = value.lastIndexOf('/')
      const key = value.slice(0, cut)
      const number = Number(value.slice(cut + 1))
      if (number < (last.get(key) ?? -1)) reordered.push(value)
      last.set(key, number)
    }
  }
  return { lost: acknowledged.filter((each) => !seen.has(each)), duplicated, reordered }
}

/** Resolves when every partition takes records again. */
export async function flowing(gaps: Gaps): Promise<void> {
  const since = performance.now()
  while (!gaps.flowsSince(since)) {
    if (performance.now() > since + healMs) throw new Error(`no writes within ${healMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Resolves when all replicas of all topics are in sync again. */
export async function inSync(admin: Admin): Promise<void> {
  const deadline = performance.now() + healMs
  for (;;) {
    const behind = await notInSync(admin)
    if (behind.length === 0) return
    if (performance.now() > deadline) throw new Error(`not in sync after ${healMs} ms: ${behind}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function notInSync(admin: Admin): Promise<string[]> {
  const names = (await admin.topics()).map(({ name }) => name)
  const described = await admin.describeTopics(names)
  return [...described].flatMap(([name, result]) => {
    if (!result.ok) return [`${name} (${result.error.error})`]
    return result.value.partitions
      .filter(({ isr, replicas }) => isr.length < replicas.length)
      .map(({ partition, isr }) => `${name}-${partition} has ${isr.join(',')}`)
  })
}
