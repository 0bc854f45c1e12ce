/**
 * What the tools do beside the main job, against kcat's corresponding modes and Apache Kafka's tools, on our broker.
 *   npm run bench -- tools            ROUNDS=5 LINES=1000000 TOPICS=10000 as the environment
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin } from '../src/client/admin.ts'
import { parseBootstrap } from '../src/client/bootstrap.ts'
import { orThrow } from '../src/client/result.ts'
import { startJackdaw } from '../test/support/jackdaw.ts'
import type { Command } from '../test/support/processes.ts'
import { java, kcat, ours, type Rival, rivals, theirs } from './contestants.ts'
import { cpuSecondsUsed, type Measured, measure, median, secondsOf, sideBySide } from './measure.ts'
import { mapped, print, row } from './table.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
const count = Number(process.env.LINES ?? 1_000_000)
const topicCount = Number(process.env.TOPICS ?? 10_000)

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const keyed = file('keyed.txt', (i) => `key-${i % 1000}:${value(i)}`)
const headed = file('headed.txt', (i) => `trace:${i % 10}\t${value(i)}`)
const plain = file('plain.txt', value)
const json = file('json.txt', (i) => JSON.stringify({ key: `key-${i % 1000}`, value: value(i) }))
const jackdaw = await startJackdaw()
const admin = new Admin({ bootstrap: parseBootstrap(jackdaw.bootstrap) })
try {
  await pipes()
  await manyTopics()
} finally {
  admin.cluster.close()
  await jackdaw.stop()
  rmSync(folder, { recursive: true, force: true })
}
print([
  `medians of ${rounds} rounds; a ratio above 1: ours is better`,
  "kcat's headers are the same for all lines: it cannot read them from the input",
  ...(kcat === null ? ['kcat is not on this machine'] : []),
  ...(java.ok ? [] : [`Apache Kafka: ${java.reason}`]),
])

async function pipes(): Promise<void> {
  await into('plain', plain, { jackdaw: [], kcat: [] })
  await into('keyed', keyed, {
    jackdaw: ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:'],
    kcat: ['-K', ':'],
  })
  await into('headed', headed, {
    jackdaw: ['--reader-property', 'parse.headers=true'],
    kcat: ['-H', 'trace=1'],
  })
  await into(
    'JSON against its keyed',
    json,
    { jackdaw: ['--input', 'jsonl'], kcat: ['-K', ':'], kcatInput: keyed },
    ['jackdaw', 'kcat'],
  )
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    await into(codec, plain, {
      jackdaw: ['--compression-codec', codec],
      kcat: ['-z', codec],
    })
  }
  await outOf('plain', { jackdaw: [], kcat: [] })
  await outOf('with keys', {
    jackdaw: ['--formatter-property', 'print.key=true'],
    kcat: ['-K', ':'],
  })
  await outOf('with headers', {
    jackdaw: ['--formatter-property', 'print.headers=true'],
    kcat: ['-f', '%h\\t%s\\n'],
    topic: 'headed-jackdaw-0',
  })
  await outOf('as JSON', { jackdaw: ['--output', 'jsonl'], kcat: ['-J'] }, ['jackdaw', 'kcat'])
  await outOf('of which 1 %', { jackdaw: ['--grep', '77 the'], kcat: [], filter: '77 the' }, [
    'jackdaw',
    'kcat',
  ])
}

type Options = {
  jackdaw: string[]
  kcat: string[]
  filter?: string
  kcatInput?: string
  topic?: string
}

async function into(what: string, input: string, options: Options, who = rivals): Promise<void> {
  const here = who.filter((rival) => rivals.includes(rival))
  const results = await sideBySide(here, rounds, async (rival, round) => {
    const topic = `${what.replaceAll(' ', '-')}-${rival}-${round}`
    await create([topic])
    const commands: Record<Rival, () => Command> = {
      jackdaw: () => at('console-producer', ['--topic', topic, ...options.jackdaw]),
      apache: () =>
        theirs('kafka-console-producer', jackdaw.bootstrap, [
          ...['--topic', topic, ...options.jackdaw],
        ]),
      kcat: () => ({
        command: 'kcat',
        args: ['-b', jackdaw.bootstrap, '-P', '-t', topic, '-X', 'acks=all', ...options.kcat],
      }),
    }
    return measure(commands[rival](), rival === 'kcat' ? (options.kcatInput ?? input) : input)
  })
  tell(`${count} lines in, ${what}`, results)
}

function tell(
  what: string,
  results: Partial<Record<Rival, Measured[]>>,
  { cpu = true } = {},
): void {
  const figures = [['s', secondsOf] as const, ...(cpu ? [['CPU s', cpuSecondsUsed] as const] : [])]
  for (const [unit, view] of figures) {
    row(
      `${what}, ${unit}`,
      mapped(results, (all) => median(all.map(view))),
      2,
    )
  }
}

async function outOf(what: string, options: Options, who = rivals): Promise<void> {
  const { topic = 'keyed-jackdaw-0' } = options
  const read = ['--topic', topic, '--partition', '0', '--offset', 'earliest']
  const kcatArgs = ['-b', jackdaw.bootstrap, '-C', '-t', topic, '-o', 'beginning', '-e', '-q']
  const most = ['--max-messages', String(count)]
  const filtered = options.filter !== undefined
  const commands: Record<Rival, () => Command> = {
    jackdaw: () =>
      filtered
        ? at('console-consumer', ['--topic', topic, '--to', 'now', ...options.jackdaw])
        : at('console-consumer', [...read, ...most, ...options.jackdaw]),
    apache: () =>
      theirs('kafka-console-consumer', jackdaw.bootstrap, [...read, ...most, ...options.jackdaw]),
    kcat: () =>
      filtered
        ? { command: 'sh', args: ['-c', `kcat ${kcatArgs.join(' ')} | grep '${options.filter}'`] }
        : { command: 'kcat', args: [...kcatArgs, ...options.kcat] },
  }
  const here = who.filter((rival) => rivals.includes(rival))
  const results = await sideBySide(here, rounds, (rival) => measure(commands[rival]()))
  const found = new Set(Object.values(results).flatMap((all) => all.map(({ lines }) => lines)))
  if (found.size > 1) throw new Error(`they do not agree on ${what}: ${[...found].join(', ')}`)
  // Of a pipeline only the shell would be seen.
  tell(`${count} lines out, ${what}`, results, { cpu: !filtered })
}

async function manyTopics(): Promise<void> {
  const names = Array.from({ length: topicCount }, (_, i) => `many-${String(i).padStart(5, '0')}`)
  for (let from = 0; from < names.length; from += 1000) await create(names.slice(from, from + 1000))
  for (const action of ['--list', '--describe']) {
    const who = action === '--list' ? rivals : rivals.filter((rival) => rival !== 'kcat')
    const commands: Record<Rival, () => Command> = {
      jackdaw: () => at('topics', [action]),
      apache: () => theirs('kafka-topics', jackdaw.bootstrap, [action]),
      kcat: () => ({ command: 'kcat', args: ['-b', jackdaw.bootstrap, '-L'] }),
    }
    const results = await sideBySide(who, rounds, (rival) => measure(commands[rival]()))
    row(
      `topics ${action}, ${topicCount} topics, whole process, s`,
      mapped(results, (all) => median(all.map(secondsOf))),
      3,
    )
  }
}

async function create(names: readonly string[]): Promise<void> {
  const topics = names.map((name) => ({ name, partitions: 1 }))
  for (const result of (await admin.createTopics(topics)).values()) orThrow(result)
}

function at(tool: string, args: string[]): Command {
  return ours(tool, jackdaw.bootstrap, args)
}

function value(i: number): string {
  return `${i} the quick brown jackdaw jumps over the lazy dog and reads every line it finds`.slice(
    0,
    90,
  )
}

function file(name: string, line: (i: number) => string): string {
  const path = join(folder, name)
  let text = ''
  for (let i = 0; i < count; i++) text += `${line(i)}\n`
  writeFileSync(path, text)
  return path
}
