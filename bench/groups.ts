/**
 * The group coordinator: rebalances, heartbeats, commits, reading the offsets again, and the report on many groups. Where Apache Kafka is on
 * the machine it gets the same bytes.
 *   npm run bench -- groups            as the environment: ROUNDS=5; ONLY=rebalances,commits,reports,heartbeats,reload
 */
import { readFileSync } from 'node:fs'
import kafkajs from 'kafkajs'
import { startApacheKafka } from '../test/support/apache-cluster.ts'
import { startJackdaw } from '../test/support/jackdaw.ts'
import { java, ours, type Rival, theirs } from './contestants.ts'
import { commit, connect, countGroups, findCoordinator, Member } from './group-load.ts'
import { measure, median } from './measure.ts'
import { mapped, print, row } from './table.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
const only = process.env.ONLY?.split(',')
const delayMs = 500
const settings = {
  'group.initial.rebalance.delay.ms': delayMs,
  'group.max.session.timeout.ms': 300_000,
}
// As Kafka's own scripts start a broker.
const stockBroker = ['-Xmx1G', '-Xms1G', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20']

const jackdaw = await startJackdaw({ config: settings })
const kafka = java.ok ? await startApacheKafka({ java: stockBroker, config: settings }) : null
const pidOf = {
  jackdaw: (await jackdaw.status()).brokers[0]!.pid!,
  apache: kafka?.brokers[0]?.pid(),
}
const brokers: ['jackdaw' | 'apache', string][] = [
  ['jackdaw', jackdaw.bootstrap],
  ...(kafka === null ? [] : ([['apache', kafka.bootstrap]] as ['apache', string][])),
]
try {
  await topics(brokers.map(([, bootstrap]) => bootstrap))
  for (const job of [rebalances, commits, reports, heartbeats, reload]) {
    if (only === undefined || only.includes(job.name)) await job()
  }
} finally {
  await jackdaw.stop()
  await kafka?.stop()
}
print([
  `medians of ${rounds} rounds; a ratio above 1: ours is better`,
  ...(java.ok ? [] : [`Apache Kafka: ${java.reason}`]),
])
process.exit(0)

async function each(
  measureOne: (bootstrap: string, name: 'jackdaw' | 'apache', round: number) => Promise<number>,
  times = rounds,
): Promise<Partial<Record<Rival, number[]>>> {
  const found: Partial<Record<Rival, number[]>> = {}
  for (let round = 0; round < times; round++) {
    for (const [name, bootstrap] of brokers) {
      found[name] = [...(found[name] ?? []), await measureOne(bootstrap, name, round)]
    }
  }
  return found
}

async function topics(bootstraps: readonly string[]): Promise<void> {
  for (const bootstrap of bootstraps) {
    const kafkaJs = new kafkajs.Kafka({
      brokers: [bootstrap],
      logLevel: kafkajs.logLevel.NOTHING,
    })
    const admin = kafkaJs.admin()
    await admin.connect()
    await admin.createTopics({
      topics: [
        { topic: 't', numPartitions: 10 },
        { topic: 'wide', numPartitions: 100 },
      ],
    })
    await admin.disconnect()
    const connection = await connect(bootstrap)
    await findCoordinator(connection)
    await commit(connection, 'warm', 't', [0], 1n)
    connection.close()
  }
}

/** Three members: from the first JoinGroup to the last SyncGroup, first of an empty group, then of one that is stable. */
async function rebalances(): Promise<void> {
  const again: Partial<Record<Rival, number[]>> = {}
  const first = await each(async (bootstrap, name, round) => {
    const connections = await Promise.all([1, 2, 3].map(() => connect(bootstrap)))
    const members = connections.map((each) => new Member(each, `three-${round}`))
    const settle = async () => {
      const began = performance.now()
      await Promise.all(members.map((each) => each.join()))
      return performance.now() - began
    }
    const whole = await settle()
    again[name] = [...(again[name] ?? []), await settle()]
    for (const connection of connections) connection.close()
    // Newcomers draw the delay out once.
    return whole - 2 * delayMs
  }, rounds * 3)
  row('3 members join, beyond the initial delay, ms', mapped(first, median), 1)
  row('3 members of a stable group join again, ms', mapped(again, median), 1)
}

/** Commits of ten partitions each, by twenty connections that each wait for their answer. */
async function commits(): Promise<void> {
  const seconds = 4
  const perSecond = async (bootstrap: string, clients: number, pid?: number) => {
    const before = pid === undefined ? 0 : cpuSeconds(pid)
    const connections = await Promise.all(Array.from({ length: clients }, () => connect(bootstrap)))
    const until = performance.now() + seconds * 1000
    let count = 0
    await Promise.all(
      connections.map(async (connection, i) => {
        while (performance.now() < until) {
          await commit(
            connection,
            `commits-${i}`,
            't',
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            BigInt(count),
          )
          count++
        }
      }),
    )
    for (const connection of connections) connection.close()
    if (pid !== undefined) cost.push(((cpuSeconds(pid) - before) / count) * 1e6)
    return count / seconds
  }
  let cost: number[] = []
  // One round is for the compilers.
  for (const [, bootstrap] of brokers) await perSecond(bootstrap, 20)
  for (const clients of [1, 20]) {
    const costs: Partial<Record<Rival, number[]>> = {}
    const found = await each(async (bootstrap, name) => {
      cost = []
      const rate = await perSecond(bootstrap, clients, pidOf[name])
      costs[name] = [...(costs[name] ?? []), ...cost]
      return rate
    })
    row(`commits of 10 partitions/s, connections: ${clients}`, mapped(found, median), 0, 'more')
    // On a machine that does something else, too, this is the figure to look at.
    row('   processor time of the broker for each, µs', mapped(costs, median), 0)
  }
}

/** The tools on our broker, over 1,000 groups of 10 partitions. */
async function reports(): Promise<void> {
  const connection = await connect(jackdaw.bootstrap)
  const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  for (let i = 0; i < 1000; i++) await commit(connection, `report-${i}`, 't', ten, 0n)
  connection.close()
  const args = ['--describe', '--all-groups']
  const found: Partial<Record<Rival, number[]>> = {}
  for (let round = 0; round < rounds; round++) {
    const mine = await measure(ours('consumer-groups', jackdaw.bootstrap, args))
    if (mine.lines < 10_000) throw new Error(`only ${mine.lines} lines`)
    found.jackdaw = [...(found.jackdaw ?? []), mine.seconds]
    if (!java.ok) continue
    const other = await measure(theirs('kafka-consumer-groups', jackdaw.bootstrap, args))
    found.apache = [...(found.apache ?? []), other.seconds]
  }
  row('consumer-groups --describe, 1,000 groups × 10, whole process, s', mapped(found, median), 2)
}

/** 1,000 groups of 10 members, each of which beats every 3 s: how much of a core the broker needs. */
async function heartbeats(): Promise<void> {
  const [groups, size, everyMs, seconds, wave] = [1000, 10, 3000, 15, 50]
  const shares = await each(async (bootstrap, name) => {
    const connections = await Promise.all(
      Array.from({ length: wave * size }, () => connect(bootstrap)),
    )
    const members: Member[] = []
    for (let from = 0; from < groups; from += wave) {
      const some = connections.map(
        (each, i) => new Member(each, `beats-${from + Math.floor(i / size)}`),
      )
      await Promise.all(some.map((each) => each.join()))
      members.push(...some)
    }
    const beat = async (member: Member, i: number) => {
      await new Promise((resolve) => setTimeout(resolve, (i * everyMs) / members.length))
      for (let round = 0; round < (seconds * 1000) / everyMs; round++) {
        await Promise.all([member.beat(), new Promise((resolve) => setTimeout(resolve, everyMs))])
      }
    }
    const before = cpuSeconds(pidOf[name]!)
    const began = performance.now()
    await Promise.all(members.map(beat))
    const spent = (performance.now() - began) / 1000
    const share = ((cpuSeconds(pidOf[name]!) - before) / spent) * 100
    for (const connection of connections) connection.close()
    return share
  }, 1)
  row('1,000 groups × 10 members, a heartbeat every 3 s, % of a core', mapped(shares, median), 0)
}

/** How long a process's own thread was ready to run and had to wait for a processor: what others on the machine cost it. */
function waitedSeconds(pid: number): number {
  const [, waited] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
  return Number(waited) / 1e9
}

/** Of a process, in all its threads; the kernel counts in hundredths. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** A million committed offsets: from the start of a broker that was killed until it knows all groups. */
async function reload(): Promise<void> {
  // One of its own: what the other jobs have written would be read again, too.
  const broker = await startJackdaw({ config: settings })
  const [seconds, cpu, waited]: [number[], number[], number[]] = [[], [], []]
  try {
    await topics([broker.bootstrap])
    const groups = 10_000
    const all = Array.from({ length: 100 }, (_, i) => i)
    const connections = await Promise.all(
      Array.from({ length: 8 }, () => connect(broker.bootstrap)),
    )
    const load = async (connection: (typeof connections)[number], from: number) => {
      for (let i = from; i < groups; i += connections.length) {
        await commit(connection, `reload-${i}`, 'wide', all, BigInt(i))
      }
    }
    await Promise.all(connections.map(load))
    for (const connection of connections) connection.close()
    for (let round = 0; round < rounds; round++) {
      await broker.kill()
      const began = performance.now()
      await broker.start()
      const connection = await connect(broker.bootstrap)
      const count = await countGroups(connection)
      seconds.push((performance.now() - began) / 1000)
      const { pid } = (await broker.status()).brokers[0]!
      cpu.push(cpuSeconds(pid!))
      waited.push(waitedSeconds(pid!))
      connection.close()
      if (count < groups) throw new Error(`only ${count} groups`)
    }
  } finally {
    await broker.stop()
  }
  row(
    'start after a kill, 1,000,000 committed offsets read again, s',
    { jackdaw: median(seconds) },
    2,
  )
  row('   processor time of the broker, s', { jackdaw: median(cpu) }, 2)
  row(
    '   of that time, waiting for a processor that others used, s',
    { jackdaw: median(waited) },
    2,
  )
}
