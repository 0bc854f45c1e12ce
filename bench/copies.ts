/**
 * Three copies, acks=all: three brokers of ours against three of Apache Kafka, the same clients, the same run.
 *   npm run bench -- copies              ROUNDS=3 LINES=1000000 KILLS=3 as the environment
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin } from '../src/client/admin.ts'
import { parseBootstrap } from '../src/client/bootstrap.ts'
import { flowing, inSync } from '../test/chaos/chaos.ts'
import { Gaps, libraryWriter } from '../test/chaos/writers.ts'
import { apacheCommand } from '../test/support/apache.ts'
import { startApacheKafka } from '../test/support/apache-cluster.ts'
import { startJackdaw } from '../test/support/jackdaw.ts'
import { runChecked } from '../test/support/processes.ts'
import { java, kcat, producer, stockJava } from './contestants.ts'
import { measure, median, sideBySide } from './measure.ts'
import { mapped, print, row } from './table.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
const count = Number(process.env.LINES ?? 1_000_000)
const kills = Number(process.env.KILLS ?? 3)
const brokers = java.ok ? (['jackdaw', 'apache'] as const) : (['jackdaw'] as const)
type Name = (typeof brokers)[number]

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const file = join(folder, 'lines.txt')
writeFileSync(
  file,
  Array.from({ length: count }, (_, i) => `${i}`.padEnd(99, 'x')).join('\n') + '\n',
)
const kafka = java.ok ? await startApacheKafka({ nodes: 3 }) : null
const jackdaw = await startJackdaw({ brokers: 3 })
const at = (name: Name) => ({
  bootstrap: name === 'jackdaw' ? jackdaw.bootstrap : kafka!.bootstrap,
})
try {
  if (kcat !== null) {
    const perSecond = await sideBySide(brokers, rounds, async (name, round) => {
      const topic = await create(name, `kcat-${round}`)
      const { seconds } = await measure(producer('kcat', at(name).bootstrap, topic, 'all'), file)
      return count / seconds
    })
    row('kcat (librdkafka) into three copies, records/s', mapped(perSecond, median), 0, 'more')
  }
  if (java.ok) {
    const perSecond = await sideBySide(brokers, rounds, perfTest)
    row(
      'producer-perf-test (Java) into three copies, records/s',
      mapped(perSecond, median),
      0,
      'more',
    )
  }
  const gaps = await sideBySide(brokers, 1, gapsOf)
  const all = mapped(gaps, ([found]) => median(found!))
  row(`gap when the active controller is killed, median of ${kills}, ms`, all, 0)
  const worst = mapped(gaps, ([found]) => Math.max(...found!))
  row(`gap when the active controller is killed, worst of ${kills}, ms`, worst, 0)
} finally {
  await jackdaw.stop()
  await kafka?.stop()
  rmSync(folder, { recursive: true, force: true })
}
print([`medians of ${rounds} rounds; a ratio above 1: ours is better`])

async function create(name: Name, topic: string): Promise<string> {
  const admin = new Admin({ bootstrap: parseBootstrap(at(name).bootstrap) })
  const configs = { 'min.insync.replicas': '2' }
  await admin.createTopics([{ name: topic, partitions: 6, replicationFactor: 3, configs }])
  admin.close()
  return topic
}

async function perfTest(name: Name, round: number): Promise<number> {
  const topic = await create(name, `java-${round}`)
  const options = [
    ...['--topic', topic, '--num-records', String(count), '--record-size', '100'],
    ...['--throughput', '-1', '--command-property', 'acks=all'],
    ...['--bootstrap-server', at(name).bootstrap],
  ]
  const command = apacheCommand('kafka-producer-perf-test', options, { java: stockJava })!
  const { stdout } = await runChecked(command, { timeoutMs: 300_000 })
  const rates = [...stdout.toString().matchAll(/([\d.]+) records\/sec/g)].map(([, rate]) =>
    Number(rate),
  )
  return rates.at(-1) ?? Number.NaN
}

/** The longest time without an acknowledgement in some partition, for each kill. */
async function gapsOf(name: Name): Promise<number[]> {
  const admin = new Admin({ bootstrap: parseBootstrap(at(name).bootstrap) })
  const topic = await create(name, 'failover')
  const found: number[] = []
  const gaps = new Gaps()
  const writer = await libraryWriter(at(name), topic, gaps)
  const timer = setInterval(() => writer.write(), 4)
  try {
    await flowing(gaps)
    while (found.length < kills) {
      await inSync(admin)
      const id = await admin.activeController()
      if (id === null) continue
      gaps.take()
      await (name === 'jackdaw' ? jackdaw.kill(id) : kafka!.killBroker(id))
      await flowing(gaps)
      found.push(gaps.take())
      await (name === 'jackdaw' ? jackdaw.startBroker(id) : kafka!.startBroker(id))
    }
  } finally {
    clearInterval(timer)
    await writer.finish()
    admin.close()
  }
  return found
}
