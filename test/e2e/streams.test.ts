/**
 * Kafka Streams, exactly once (KIP-447), on three brokers of which one after the other is killed, and killed itself: every
 * word is counted once, no count is missing and none comes twice. It makes topics of its own (repartition and changelog), reads
 * its state back from them, and fences the process that went before.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mavenClasspath } from '../support/apache.ts'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { end, type Running, run, runChecked, start } from '../support/processes.ts'
import { projectRoot, which } from '../support/project.ts'

const source = join(projectRoot, 'test', 'clients', 'streams')
const linesPerTurn = 600
const words = ['jackdaw', 'counts', 'every', 'word']
const keys = ['a', 'b', 'c', 'nobody']

let jackdaw: Jackdaw | undefined
let streams: Running | undefined
const state = mkdtempSync(join(tmpdir(), 'streams-'))
beforeAll(async () => {
  const config = {
    'default.replication.factor': 3,
    'num.partitions': 3,
    'min.insync.replicas': 2,
    'group.initial.rebalance.delay.ms': 0,
  }
  jackdaw = await startJackdaw({ config, brokers: 3 })
})
afterAll(async () => {
  streams?.child.kill('SIGKILL')
  await streams?.finished
  await jackdaw?.stop()
  rmSync(state, { recursive: true, force: true })
})

test('words are counted exactly once while brokers and the application die', {
  timeout: 300_000,
}, async (ctx) => {
  const classpath =
    which('java') === null
      ? ({ ok: false, reason: 'no java on the PATH' } as const)
      : mavenClasspath(source, 'streams')
  if (!classpath.ok) {
    console.warn(`skipped: Kafka Streams: ${classpath.reason}`)
    return ctx.skip(classpath.reason)
  }
  for (const topic of ['lines', 'names', 'counts', 'joined']) {
    await tool('topics', ['--create', '--topic', topic])
  }
  await produce('names', ['a:one', 'b:two', 'c:three'])
  const launch = async () => {
    const args = [join(source, 'WordCount.java'), jackdaw!.bootstrap, 'words', state]
    const env = { CLASSPATH: classpath.value }
    streams = start(
      { command: 'java', args: ['-XX:TieredStopAtLevel=1', ...args], env },
      { keepStdinOpen: true },
    )
    await streams.outputs((output) => output.includes('running'), 120_000)
  }
  await launch()
  const turns: (() => Promise<void>)[] = [
    ...[1, 2, 3].map((id) => async () => {
      await jackdaw!.kill(id)
      await jackdaw!.startBroker(id)
    }),
    async () => {
      streams!.child.kill('SIGKILL')
      await streams!.finished
      await launch()
    },
  ]
  let sent = 0
  const produceSome = async () => {
    const lines = Array.from(
      { length: linesPerTurn },
      (_, i) => `${keys[(sent + i) % keys.length]}:${words.join(' ')}`,
    )
    sent += lines.length
    await produce('lines', lines)
  }
  for (const turn of turns) {
    // What is under way when somebody dies.
    const producing = produceSome()
    await turn()
    await producing
  }
  await produceSome()

  const counts = await read('counts', sent * words.length)
  const seen = new Map<string, number[]>()
  for (const line of counts) {
    const [word = '', count] = line.split('\t')
    seen.set(word, [...(seen.get(word) ?? []), Number(count)])
  }
  expect([...seen.keys()].sort()).toEqual(words.toSorted())
  const oneByOne = Array.from({ length: sent }, (_, i) => i + 1)
  for (const [word, all] of seen) expect(all, word).toEqual(oneByOne)

  const joined = await read('joined', (sent * 3) / 4)
  const named = ['one', 'two', 'three'].map((name) => [
    name,
    joined.filter((line) => line.split('\t')[1] === name).length,
  ])
  const each = sent / keys.length
  expect(Object.fromEntries(named)).toEqual({ one: each, two: each, three: each })
  const { stdout } = await end(streams!, 'SIGTERM')
  expect(stdout.toString()).not.toContain('failed')
})

async function tool(name: string, args: readonly string[], stdin = '') {
  return runChecked(jackdawCommand(name, args, jackdaw!.env)!, { stdin, timeoutMs: 120_000 })
}

async function produce(topic: string, lines: readonly string[]): Promise<void> {
  const properties = ['parse.key=true', 'key.separator=:'].flatMap((each) => [
    '--reader-property',
    each,
  ])
  const args = ['--topic', topic, '--bootstrap-server', jackdaw!.bootstrap, ...properties]
  await tool('console-producer', args, `${lines.join('\n')}\n`)
}

/** Committed records as `key<tab>value`: so many, and a moment in which none may follow. */
async function read(topic: string, count: number): Promise<string[]> {
  const args = [
    ...['--topic', topic, '--from-beginning', '--isolation-level', 'read_committed'],
    ...['--formatter-property', 'print.key=true', '--bootstrap-server', jackdaw!.bootstrap],
  ]
  const reading = jackdawCommand('console-consumer', [...args, '--max-messages', String(count)])!
  const { stdout } = await runChecked(reading, { timeoutMs: 120_000 })
  const all = jackdawCommand('console-consumer', [...args, '--timeout-ms', '3000'])!
  const again = await run(all, { timeoutMs: 60_000 })
  const lines = again.stdout.toString().trimEnd().split('\n')
  expect(lines.length, `${topic}: read ${count} at first`).toBe(count)
  return stdout.toString().trimEnd().split('\n')
}
