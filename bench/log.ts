/**
 * Appends and reads through the whole broker, against Apache Kafka with the same client, and against what the machine can do at
 * all (`cp`, `cat`); only the ratios of one run mean something.
 *   npm run bench -- log            MB=256 ROUNDS=3 as the environment; ALONE=1: without Apache Kafka
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newTopic } from '../test/support/filling.ts'
import { dataOf, type Kind, type OneBroker } from '../test/support/one-broker.ts'
import {
  ended,
  killAll,
  kinds,
  large,
  mib,
  readAll,
  started,
  withoutJava,
  write,
} from './log-jobs.ts'
import { cpuSeconds, median, sideBySide } from './measure.ts'
import { mapped, print, row } from './table.ts'

const mb = Number(process.env.MB ?? 256)
const rounds = Number(process.env.ROUNDS ?? 3)
const batchKibs = [16, 1024] as const
const fetchMibs = [1, 8] as const

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-log-'))
const notes: string[] = []
try {
  await appendAndRead()
} finally {
  await killAll()
  rmSync(folder, { recursive: true, force: true })
}
print(['a ratio above 1: ours is better; the kcat column is empty here', ...notes, ...withoutJava])

async function appendAndRead(): Promise<void> {
  const brokers = new Map<Kind, OneBroker>()
  for (const kind of kinds) brokers.set(kind, await started(join(folder, kind), kind))
  for (const kib of batchKibs) {
    const all = await sideBySide(kinds, rounds, async (kind, round) => {
      const broker = brokers.get(kind)!
      const topic = `batches-${kib}-${round}`
      await newTopic(broker.connection, topic, large)
      return paced(broker, () => write(broker, topic, kib * 1024, mb))
    })
    tell(`append of ${kib} KiB batches`, all)
  }
  for (const kib of batchKibs) {
    for (const mibs of fetchMibs) {
      const all = await sideBySide(kinds, rounds, (kind, round) => {
        const broker = brokers.get(kind)!
        return paced(broker, () => readAll(broker, `batches-${kib}-${round}`, mibs * mib))
      })
      tell(`read of ${kib} KiB batches, ${mibs} MiB a fetch`, all)
    }
  }
  for (const broker of brokers.values()) await ended(broker, 'stop')
  for (const kib of batchKibs) bytesAlone(`batches-${kib}-0-0`)
  for (const kind of kinds) rmSync(join(folder, kind), { recursive: true, force: true })
}

/** How long it took, and how much of a processor it cost the broker. */
interface Paced {
  readonly mbPerSecond: number
  readonly cpuMsPerMb: number
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
