/** A node comes back with another disk than it left with: an older one, an empty one. What ours do then is what Apache Kafka's do. */
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { startApacheKafka } from '../support/apache-cluster.ts'
import { until } from '../support/asking.ts'
import { jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import type { Kind } from '../support/one-broker.ts'
import { run, runChecked } from '../support/processes.ts'

const had = apache()
const kinds: Kind[] = had.ok ? ['jackdaw', 'apache'] : ['jackdaw']

/** Three brokers, and what happens to them. */
interface Three {
  readonly bootstrap: string
  directory(id: number): string
  start(id: number): Promise<void>
  stop(id: number): Promise<void>
  /** As an operator replaces a disk that is lost. */
  replaceDisk(id: number): Promise<void>
  end(): Promise<void>
}

const begin: Record<Kind, () => Promise<Three>> = {
  async jackdaw() {
    const jackdaw = await startJackdaw({ brokers: 3 })
    const directory = (id: number) => join(jackdaw.home, 'data', String(id))
    return {
      bootstrap: jackdaw.bootstrap,
      directory,
      start: jackdaw.startBroker,
      stop: jackdaw.stopBroker,
      replaceDisk: async (id) => rmSync(directory(id), { recursive: true }),
      end: jackdaw.stop,
    }
  },
  async apache() {
    const kafka = await startApacheKafka({ nodes: 3 })
    const directory = (id: number) => kafka.brokers[id - 1]!.dataDirectory
    return {
      bootstrap: kafka.bootstrap,
      directory,
      start: kafka.startBroker,
      stop: kafka.stopBroker,
      async replaceDisk(id) {
        rmSync(directory(id), { recursive: true })
        await kafka.formatBroker(id)
      },
      end: kafka.stop,
    }
  },
}

describe.each(kinds)(`%s${had.ok ? '' : ` (without Apache Kafka: ${had.reason})`}`, (kind) => {
  let three: Three
  beforeAll(async () => {
    three = await begin[kind]()
  })
  afterAll(() => three.end())

  const ask = async (tool: string, ...args: string[]): Promise<string> => {
    const command = jackdawCommand(tool, ['--bootstrap-server', three.bootstrap, ...args])!
    return (await runChecked(command, { timeoutMs: 90_000 })).stdout.toString()
  }
  const write = async (topic: string, lines: readonly string[]) => {
    const command = jackdawCommand('console-producer', [
      ...['--bootstrap-server', three.bootstrap, '--topic', topic],
    ])!
    const stdin = lines.map((line) => `${line}\n`).join('')
    await runChecked(command, { stdin, timeoutMs: 90_000 })
  }
  const read = async (topic: string, count: number): Promise<string[]> => {
    const where = ['--topic', topic, '--partition', '0', '--offset', 'earliest']
    return (await ask('console-consumer', ...where, '--max-messages', String(count)))
      .trim()
      .split('\n')
  }
  const described = async (topic: string): Promise<string> => {
    // A broker that has just been started answers before it knows everything.
    const args = ['--bootstrap-server', three.bootstrap, '--describe', '--topic', topic]
    return (await run(jackdawCommand('topics', args)!)).stdout.toString()
  }
  const create = (topic: string, replicas: string, minInSync: number) =>
    ask(
      ...(['topics', '--create', '--topic', topic, '--replica-assignment', replicas] as const),
      ...['--config', `min.insync.replicas=${minInSync}`],
    )
  const inSync = (topic: string, wanted: string) =>
    until(
      () => described(topic),
      (text) =>
        !text.includes('none') &&
        /Isr: ([\d,]*)/.exec(text)?.[1]?.split(',').sort().join() === wanted,
    )
  /** Where disks are known to the quorum, a new one votes only when the lost one was taken out: until then all others must stay. */
  const votes = async (id: number) => {
    const properties = readFileSync(join(three.directory(id), 'meta.properties'), 'utf8')
    const directory = /^directory\.id=(.*)$/m.exec(properties)![1]!
    await until(
      async () =>
        /^CurrentVoters:.*/m.exec(await ask('metadata-quorum', 'describe', '--status'))![0],
      (voters) => !voters.includes('"directoryId"') || voters.includes(`"${directory}"`),
    )
  }
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `line ${from + index}`)

  test.each(['older', 'empty'] as const)(
    'an %s disk: it gets what it lacks, and may lead again',
    async (disk) => {
      const topic = `with-${disk}`
      await create(topic, '2:1:3', 2)
      await inSync(topic, '1,2,3')
      await write(topic, lines(0, 100))
      const saved = `${three.directory(2)}.saved`
      if (disk === 'older') {
        await three.stop(2)
        cpSync(three.directory(2), saved, { recursive: true })
        await three.start(2)
        await inSync(topic, '1,2,3')
      }
      await write(topic, lines(100, 200))
      await three.stop(2)
      await create(`${topic}-later`, '3:1', 1)
      await write(topic, lines(200, 300))
      if (disk === 'older') {
        rmSync(three.directory(2), { recursive: true })
        cpSync(saved, three.directory(2), { recursive: true })
        rmSync(saved, { recursive: true })
      } else {
        await three.replaceDisk(2)
      }
      await three.start(2)
      await inSync(topic, '1,2,3')
      await votes(2)
      // What it says now comes from the disk that it has now.
      const elected = ['--election-type', 'preferred', '--topic', topic, '--partition', '0']
      await ask('leader-election', ...elected)
      // Whoever is asked may hear of it a moment later.
      await until(
        () => described(topic),
        (text) => text.includes('Leader: 2'),
      )
      expect(await read(topic, 300)).toEqual(lines(0, 300))
      expect(await ask('topics', '--list')).toContain(`${topic}-later`)
    },
    240_000,
  )

  // Apache Kafka's own lets the empty disk lead now and then, with all its records gone.
  test.runIf(kind === 'jackdaw')(
    'an empty disk of who was in sync last: nobody leads, rather than nothing',
    async () => {
      await create('last', '2:3', 1)
      await inSync('last', '2,3')
      await write('last', lines(0, 10))
      await three.stop(3)
      await inSync('last', '2')
      await write('last', lines(10, 20))
      await three.stop(2)
      // It takes a majority to take a broker in.
      await three.start(3)
      // Who comes back before it was missed has not left.
      await until(
        () => described('last'),
        (text) => text.includes('Leader: none'),
      )
      await three.replaceDisk(2)
      await three.start(2)
      await until(
        () => described('last'),
        (text) => /Leader: none\tReplicas: 2,3\tIsr: \tElr: \tLastKnownElr: $/m.test(text),
      )
      // Who asks for it gets what is left.
      const unclean = ['--election-type', 'unclean', '--topic', 'last', '--partition', '0']
      await ask('leader-election', ...unclean)
      expect(await described('last')).toMatch(/Leader: [23]\t/)
    },
    240_000,
  )
})
