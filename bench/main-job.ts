/**
 * The main job against its rivals, on the same broker in the same run: only the ratios mean something on another machine.
 *   npm run bench -- main-job            ROUNDS=5 LINES=1000000 as the environment
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apacheCommand } from '../test/support/apache.ts'
import { type ApacheCluster, startApacheKafka } from '../test/support/apache-cluster.ts'
import { jackdawCommand, startJackdaw } from '../test/support/jackdaw.ts'
import { type Command, freePorts, runChecked } from '../test/support/processes.ts'
import {
  consumer,
  java,
  kcat,
  ours,
  producer,
  type Rival,
  rivals,
  stockJava,
  theirs,
} from './contestants.ts'
import {
  type Measured,
  measure,
  median,
  residentMb,
  secondsOf,
  secondsToFirstAnswer,
  sideBySide,
} from './measure.ts'
import { mapped, print, row } from './table.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
const count = Number(process.env.LINES ?? 1_000_000)
const lineBytes = 100

// As Kafka's own scripts start a broker.
const stockBroker = ['-Xmx1G', '-Xms1G', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20']

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const file = join(folder, 'lines.txt')
writeFileSync(file, lines())
await startUp()
const jackdaw = await startJackdaw()
const kafka = java.ok ? await startApacheKafka({ java: stockBroker }) : null
try {
  await memoryOf('broker, idle, MB')
  await listing()
  await pipes('Jackdaw', jackdaw.bootstrap)
  if (kafka !== null) await pipes('Apache Kafka', kafka.bootstrap)
  await perfTest()
  await latency()
  await memoryOf('broker, after all this, MB')
} finally {
  await jackdaw.stop()
  await kafka?.stop()
  rmSync(folder, { recursive: true, force: true })
}
print([
  `medians of ${rounds} rounds; a ratio above 1: ours is better`,
  ...(kcat === null ? ['kcat is not on this machine'] : []),
  ...(java.ok ? [] : [`Apache Kafka: ${java.reason}`]),
])

/** From the launch of a broker on an empty folder to its first answer. */
async function startUp(): Promise<void> {
  const seconds: Partial<Record<Rival, number[]>> = { jackdaw: [], apache: [] }
  for (let round = 0; round < rounds; round++) {
    const [port] = (await freePorts(1)) as [number]
    const home = mkdtempSync(join(folder, 'home-'))
    const command = jackdawCommand(
      'jackdaw',
      ['broker', '--override', `listeners=PLAINTEXT://127.0.0.1:${port}`],
      { JACKDAW_HOME: home },
    )!
    const broker = () =>
      spawn(command.command, command.args, {
        env: { ...process.env, ...command.env },
        stdio: 'ignore',
      })
    let child: ReturnType<typeof broker> | undefined
    seconds.jackdaw!.push(
      await secondsToFirstAnswer(() => {
        child = broker()
      }, port),
    )
    await ended(child!)
    if (java.ok) seconds.apache!.push(await apacheStartUp())
  }
  row('broker, launch to first answer, s', { ...mapped(seconds, median) }, 3)
}

async function apacheStartUp(): Promise<number> {
  const cluster = await startApacheKafka({ java: stockBroker })
  try {
    await cluster.stopBroker(1)
    const port = Number(cluster.bootstrap.split(':')[1])
    return await secondsToFirstAnswer(() => void cluster.startBroker(1), port)
  } finally {
    await cluster.stop()
  }
}

async function listing(): Promise<void> {
  const commands: Record<Rival, () => Command> = {
    jackdaw: () => ours('topics', jackdaw.bootstrap, ['--list']),
    kcat: () => ({ command: 'kcat', args: ['-b', jackdaw.bootstrap, '-L'] }),
    apache: () => theirs('kafka-topics', jackdaw.bootstrap, ['--list']),
  }
  const seconds = await sideBySide(rivals, rounds * 3, (rival) => measure(commands[rival]()))
  row(
    'topics --list, whole process, s',
    mapped(seconds, (all) => median(all.map(secondsOf))),
    3,
  )
}

/** A file through a pipe into a topic, and out again; the broker is the same for all. */
async function pipes(broker: string, bootstrap: string): Promise<void> {
  for (const acks of ['1', 'all']) {
    const produced = await sideBySide(rivals, rounds, async (rival, round) => {
      const topic = `in-${acks}-${rival}-${round}`
      await create(bootstrap, topic)
      return measure(producer(rival, bootstrap, topic, acks), file)
    })
    const job = `${count} lines in, acks=${acks}, into ${broker}`
    row(
      `${job}, s`,
      mapped(produced, (all) => median(all.map(secondsOf))),
      2,
    )
    if (acks === 'all')
      row(
        '   its memory, MB',
        mapped(produced, (all) => peakOf(all)),
        0,
      )
  }
  const consumed = await sideBySide(rivals, rounds, async (rival) => {
    const measured = await measure(consumer(rival, bootstrap, 'in-all-jackdaw-0', count))
    if (measured.lines !== count) throw new Error(`${rival} read ${measured.lines} of ${count}`)
    return measured
  })
  row(
    `${count} lines out, from ${broker}, s`,
    mapped(consumed, (all) => median(all.map(secondsOf))),
    2,
  )
  row(
    '   its memory, MB',
    mapped(consumed, (all) => peakOf(all)),
    0,
  )
}

/** Kafka's own producer, the same for both brokers: records a second. */
async function perfTest(): Promise<void> {
  if (kafka === null) return
  const perSecond = { jackdaw: [] as number[], apache: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const [name, bootstrap] of brokers(kafka)) {
      const topic = `perf-${round}`
      await create(bootstrap, topic)
      const text = await output(
        apacheCommand(
          'kafka-producer-perf-test',
          [
            ...['--topic', topic, '--num-records', String(count), '--record-size', '100'],
            ...['--throughput', '-1', '--bootstrap-server', bootstrap],
          ],
          { java: stockJava },
        )!,
      )
      const rates = [...text.matchAll(/([\d.]+) records\/sec/g)].map(([, rate]) => Number(rate))
      perSecond[name].push(rates.at(-1) ?? Number.NaN)
    }
  }
  row('producer-perf-test (Java) into each broker, records/s', mapped(perSecond, median), 0, 'more')
}

/** One record at a time, there and back, acks=all, with Kafka's own tool: milliseconds. */
async function latency(): Promise<void> {
  if (kafka === null) return
  const figures: Record<string, { jackdaw: number[]; apache: number[] }> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, bootstrap] of brokers(kafka)) {
      const topic = `latency-${round}`
      await create(bootstrap, topic)
      const text = await output(
        apacheCommand(
          'kafka-e2e-latency',
          [
            ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', '3000'],
            ...['--producer-acks', 'all', '--record-size', '100'],
          ],
          { java: stockJava },
        )!,
      )
      const average = /Avg latency: ([\d.]+) ms/.exec(text)?.[1]
      const percentiles = /50th = (\d+), 99th = (\d+), 99.9th = (\d+)/.exec(text) ?? []
      for (const [what, value] of [
        ['average', average],
        ['p50', percentiles[1]],
        ['p99', percentiles[2]],
        ['p99.9', percentiles[3]],
      ] as const) {
        figures[what] ??= { jackdaw: [], apache: [] }
        figures[what][name].push(Number(value))
      }
    }
  }
  for (const [what, values] of Object.entries(figures)) {
    row(
      `there and back (Java client), ${what}, ms`,
      mapped(values, median),
      what === 'average' ? 2 : 0,
    )
  }
}

async function memoryOf(job: string): Promise<void> {
  const { brokers } = await jackdaw.status()
  const pid = kafka?.brokers[0]?.pid()
  row(
    job,
    {
      jackdaw: residentMb(brokers[0]!.pid!),
      ...(pid === undefined ? {} : { apache: residentMb(pid) }),
    },
    0,
  )
}

function brokers(kafka: ApacheCluster): ['jackdaw' | 'apache', string][] {
  return [
    ['jackdaw', jackdaw.bootstrap],
    ['apache', kafka.bootstrap],
  ]
}

async function create(bootstrap: string, topic: string): Promise<void> {
  await measure(ours('topics', bootstrap, ['--create', '--topic', topic, '--partitions', '1']))
}

async function output(command: Command): Promise<string> {
  return (await runChecked(command, { timeoutMs: 300_000 })).stdout.toString()
}

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

function lines(): string {
  const filler =
    'the quick brown jackdaw jumps over the lazy dog and reads every line that it finds on its way home '
  let text = ''
  for (let i = 0; i < count; i++) text += `${`${i} ${filler}`.slice(0, lineBytes - 1)}\n`
  return text
}

function peakOf(all: readonly Measured[]): number {
  return Math.max(...all.map(({ peakMb }) => peakMb))
}
