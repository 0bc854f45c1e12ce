/** Other releases of Apache Kafka than the one that everything goes by: the oldest and newest brokers that our tools have to get on with. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mavenClasspath, oldServerLogging, serverLogging } from './apache.ts'
import { type ApacheRelease, apacheJava, startApacheKafka } from './apache-cluster.ts'
import { end, freePorts, type Running, start } from './processes.ts'
import { type Available, projectRoot, which } from './project.ts'

/** Their lines, as the folders `test/clients/broker-*` are called; each pins a version. 2.8 is the one that needs ZooKeeper. */
export const releaseLines = ['2.8', '3.9', '4.4'] as const
export type ReleaseLine = (typeof releaseLines)[number]

/** A running broker. */
export type Broker = { bootstrap: string; stop(): Promise<void> }

/** A release, fetched where it may be, or why it cannot be had. */
export function apacheRelease(line: ReleaseLine): Available<ApacheRelease> {
  if (which('java') === null) return { ok: false, reason: 'no java on the PATH (17 or newer)' }
  const name = `broker-${line}`
  const classpath = mavenClasspath(join(projectRoot, 'test', 'clients', name), name)
  if (!classpath.ok) return classpath
  const logging =
    line === '4.4'
      ? `-Dlog4j2.configurationFile=${serverLogging()}`
      : `-Dlog4j.configuration=file:${oldServerLogging()}`
  return { ok: true, value: { classpath: classpath.value, logging: [logging] } }
}

/** One broker of a release, alone and empty. */
export async function startRelease(line: ReleaseLine, release: ApacheRelease): Promise<Broker> {
  if (line === '2.8') return startWithZooKeeper(release)
  const { bootstrap, stop } = await startApacheKafka({ release, config: settings })
  return { bootstrap, stop }
}

const settings = { 'num.partitions': 1, 'group.initial.rebalance.delay.ms': 0 }

/** ZooKeeper and one broker, as every cluster was before KRaft. */
async function startWithZooKeeper(release: ApacheRelease): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'apache-kafka-'))
  const [port, keeperPort] = await freePorts(2)
  const file = (name: string, content: Record<string, string | number>) => {
    const lines = Object.entries(content).map(([key, value]) => `${key}=${value}\n`)
    writeFileSync(join(folder, name), lines.join(''))
    return join(folder, name)
  }
  const running: Running[] = []
  const launch = (...args: string[]) => {
    const server = start(apacheJava(release, args))
    running.push(server)
    return server
  }
  const stop = async () => {
    await Promise.all(running.map((server) => end(server, 'SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
  mkdirSync(join(folder, 'zookeeper'))
  launch(
    'org.apache.zookeeper.server.quorum.QuorumPeerMain',
    file('zookeeper.properties', {
      dataDir: join(folder, 'zookeeper'),
      clientPort: keeperPort!,
      clientPortAddress: '127.0.0.1',
      'admin.enableServer': 'false',
    }),
  )
  const broker = launch(
    'kafka.Kafka',
    file('broker.properties', {
      ...settings,
      'broker.id': 1,
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
      'log.dirs': join(folder, 'data'),
      'zookeeper.connect': `127.0.0.1:${keeperPort}`,
      // ZooKeeper starts beside it, and may take its time.
      'zookeeper.connection.timeout.ms': 60_000,
      'offsets.topic.replication.factor': 1,
    }),
  )
  try {
    await broker.outputs((text) => /KafkaServer id=\d+\] started/.test(text), 90_000)
  } catch (error) {
    await stop()
    throw error
  }
  return { bootstrap: `127.0.0.1:${port}`, stop }
}
