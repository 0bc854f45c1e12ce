/** One broker on a directory that outlives it: Jackdaw or Apache Kafka, the one after the other. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/host/clock.ts'
import { systemNet } from '../../src/host/net.ts'
import { Connection } from '../../src/wire/connection.ts'
import { startApacheKafka } from './apache-cluster.ts'
import { jackdawCommand } from './jackdaw.ts'
import { end, freePorts, start } from './processes.ts'

export type Kind = 'jackdaw' | 'apache'

export type OneBroker = {
  kind: Kind
  address: string
  connection: Connection
  pid(): number | undefined
  stop(): Promise<void>
  kill(): Promise<void>
}

/** Where the broker on `root` has its log directory. */
export const dataOf = (root: string): string => join(root, 'data-1')

/** What both kinds are told, so that they write alike. */
export const settings = {
  'offsets.topic.num.partitions': 2,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 2,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
  'log.cleaner.backoff.ms': 200,
  'log.initial.task.delay.ms': 100,
  'log.flush.start.offset.checkpoint.interval.ms': 100,
  'log.retention.check.interval.ms': 500,
  'log.retention.hours': 876_000,
  'group.initial.rebalance.delay.ms': 0,
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
}

/** With its log directory, or those that `more` says. */
export async function startOn(root: string, kind: Kind, more: More = {}): Promise<OneBroker> {
  mkdirSync(root, { recursive: true })
  return kind === 'apache' ? startApache(root, more) : startOurs(root, more)
}

type More = Readonly<Record<string, string>>

async function startApache(root: string, more: More): Promise<OneBroker> {
  const config = { ...settings, ...more }
  const cluster = await startApacheKafka({ dataDirectory: root, config })
  const { address } = cluster.brokers[0]!
  const connection = await connect(address)
  return {
    kind: 'apache',
    address,
    connection,
    pid: () => cluster.brokers[0]!.pid(),
    async stop() {
      connection.close()
      await cluster.stopBroker(1)
    },
    async kill() {
      connection.close()
      await cluster.kill()
    },
  }
}

async function startOurs(root: string, more: More): Promise<OneBroker> {
  const address = `127.0.0.1:${(await freePorts(1))[0]}`
  const properties = {
    ...settings,
    'process.roles': 'broker,controller',
    'node.id': 1,
    'log.dirs': dataOf(root),
    listeners: `PLAINTEXT://${address}`,
    ...more,
  }
  const config = join(root, 'jackdaw.properties')
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(config, lines.join(''))
  const broker = start(jackdawCommand('jackdaw', ['broker', '--config', config])!)
  await broker.outputs((text) => text.includes('"ready"'), 60_000)
  const connection = await connect(address)
  const finish = async (signal: NodeJS.Signals) => {
    connection.close()
    return end(broker, signal)
  }
  return {
    kind: 'jackdaw',
    address,
    connection,
    pid: () => broker.child.pid,
    async stop() {
      const { code, stderr } = await finish('SIGTERM')
      if (code !== 0) throw new Error(`jackdaw broker ended with ${code}: ${stderr}`)
    },
    async kill() {
      await finish('SIGKILL')
    },
  }
}

export function connect(address: string): Promise<Connection> {
  const [host, port] = address.split(':')
  return Connection.open({
    net: systemNet,
    clock: systemClock,
    address: { host: host!, port: Number(port) },
    clientId: 'test',
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 60_000,
  })
}
