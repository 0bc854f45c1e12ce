/**
 * A cluster of three brokers as a whole: its start, what it costs when nobody asks anything, and how soon 1,000 partitions
 * with three copies have leaders and settled in-sync sets after the active controller was killed.
 *   npm run bench -- cluster              KILLS=3 IDLE_S=20 as the environment
 */
import { readFileSync } from 'node:fs'
import { Admin } from '../src/client/admin.ts'
import { parseBootstrap } from '../src/client/bootstrap.ts'
import { inSync } from '../test/chaos/chaos.ts'
import { startApacheKafka } from '../test/support/apache-cluster.ts'
import { startJackdaw } from '../test/support/jackdaw.ts'
import { java } from './contestants.ts'
import { median } from './measure.ts'
import { print, row } from './table.ts'

const kills = Number(process.env.KILLS ?? 3)
const idleMs = Number(process.env.IDLE_S ?? 20) * 1000
const topics = Array.from({ length: 10 }, (_, index) => `spread-${index}`)
const ids = [1, 2, 3]

interface Contestant {
  readonly bootstrap: string
  pids(): Promise<number[]>
  kill(...ids: number[]): Promise<void>
  start(...ids: number[]): Promise<void>
  stop(): Promise<void>
}

const contestants = { jackdaw: await ours(), ...(java.ok ? { apache: await apaches() } : {}) }
const names = Object.keys(contestants) as (keyof typeof contestants)[]
try {
  row('start of three that were killed, until each answers, s', await ofEach(startSeconds), 2)
  row(
    `CPU of three brokers that nobody asks, ${idleMs / 1000} s, % of a core`,
    await ofEach(idle),
    2,
  )
  const settled = await ofEach(settling)
  const figures = (view: (found: number[]) => number) =>
    Object.fromEntries(Object.entries(settled).map(([name, found]) => [name, view(found)]))
  const job = '1,000 partitions settle when the active controller is killed'
  row(`${job}, median of ${kills}, ms`, figures(median), 0)
  row(
    `${job}, worst of ${kills}, ms`,
    figures((found) => Math.max(...found)),
    0,
  )
} finally {
  for (const each of Object.values(contestants)) await each.stop()
}
print(['a ratio above 1: ours is better'])

async function startSeconds({ kill, start }: Contestant): Promise<number> {
  await kill(...ids)
  const began = performance.now()
  await start(...ids)
  return (performance.now() - began) / 1000
}

async function idle({ pids, bootstrap }: Contestant): Promise<number> {
  await withAdmin(bootstrap, inSync)
  const running = await pids()
  const before = cpuTicks(running)
  await new Promise((resolve) => setTimeout(resolve, idleMs))
  // A tick of /proc is a hundredth of a second.
  return ((cpuTicks(running) - before) * 10 * 100) / idleMs
}

async function settling({ bootstrap, kill, start }: Contestant): Promise<number[]> {
  return await withAdmin(bootstrap, async (admin) => {
    await admin.createTopics(
      topics.map((name) => ({ name, partitions: 100, replicationFactor: 3, configs: {} })),
    )
    const found: number[] = []
    while (found.length < kills) {
      await inSync(admin)
      const id = await admin.activeController()
      if (id === null) continue
      await kill(id)
      const began = performance.now()
      while (!(await isSettled(admin, id))) await new Promise((resolve) => setTimeout(resolve, 50))
      found.push(performance.now() - began)
      await start(id)
    }
    return found
  })
}

/** Whether every partition is led by somebody who lives, with the dead one out of all in-sync sets. */
async function isSettled(admin: Admin, dead: number): Promise<boolean> {
  const described = await admin.describeTopics(topics)
  return [...described.values()].every(
    (topic) =>
      topic.ok &&
      topic.value.partitions.every(
        ({ leader, isr }) =>
          leader !== null && leader >= 0 && leader !== dead && !isr.includes(dead),
      ),
  )
}

async function ours(): Promise<Contestant> {
  const jackdaw = await startJackdaw({ brokers: 3 })
  return {
    ...jackdaw,
    pids: async () => (await jackdaw.status()).brokers.flatMap(({ pid }) => pid ?? []),
    start: jackdaw.startBrokers,
  }
}

async function apaches(): Promise<Contestant> {
  const kafka = await startApacheKafka({ nodes: 3 })
  return {
    bootstrap: kafka.bootstrap,
    pids: async () => kafka.brokers.flatMap(({ pid }) => pid() ?? []),
    kill: async (...meant) => {
      await Promise.all(meant.map((id) => kafka.killBroker(id)))
    },
    start: async (...meant) => {
      await Promise.all(meant.map((id) => kafka.startBroker(id)))
    },
    stop: kafka.stop,
  }
}

async function ofEach<T>(job: (of: Contestant) => Promise<T>): Promise<Record<string, T>> {
  const found: Record<string, T> = {}
  for (const name of names) found[name] = await job(contestants[name]!)
  return found
}

async function withAdmin<T>(bootstrap: string, job: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ bootstrap: parseBootstrap(bootstrap) })
  try {
    return await job(admin)
  } finally {
    admin.close()
  }
}

function cpuTicks(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    // Behind the command's name in parentheses: state is field 3, utime field 14, stime field 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return sum + Number(fields[11]) + Number(fields[12])
  }, 0)
}
