import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apacheClasspath, serverLogging } from './apache.ts'
import { type Command, end, freePorts, type Running, runChecked, start } from './processes.ts'

/** An Apache Kafka: its class path, and the flags with which it logs to stdout. */
export type ApacheRelease = { classpath: string; logging: readonly string[] }

export type ApacheOptions = {
  /** By default the one that everything here goes by. */
  release?: ApacheRelease
  nodes?: 1 | 3
  /** Settings of server.properties beyond those that a cluster needs. */
  config?: Record<string, string | number>
  /** A folder to keep the data in; by default one that goes away with the cluster. */
  dataDirectory?: string
  /** More listeners of the first broker, by their names, with their security protocols; on ports of their own. */
  listeners?: Readonly<Record<string, string>>
  /** Java's flags for the brokers. */
  java?: readonly string[]
}

/** A running Apache Kafka: brokers and controllers combined, node ids from 1, on free ports of 127.0.0.1. */
export type ApacheCluster = {
  bootstrap: string
  /** The controllers' addresses, by comma. */
  controllers: string
  /** Where the further listeners are, by name. */
  listeners: Readonly<Record<string, string>>
  brokers: { id: number; address: string; dataDirectory: string; pid: () => number | undefined }[]
  dataDirectory: string
  startBroker(id: number): Promise<void>
  /** A directory that is not there any more is made anew, as an operator would. */
  formatBroker(id: number): Promise<void>
  stopBroker(id: number): Promise<void>
  killBroker(id: number): Promise<void>
  /** Orderly stop of all whose data directory is kept; one that was made here is removed. */
  stop(): Promise<void>
  /** SIGKILL to all; the data stays until `stop`. */
  kill(): Promise<void>
}

const clusterId = 'JackdawTestClusterAAAA'

export async function startApacheKafka(options: ApacheOptions = {}): Promise<ApacheCluster> {
  const release = options.release ?? usualRelease()
  const nodes = options.nodes ?? 1
  const ownFolder = options.dataDirectory === undefined
  const root = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'apache-kafka-'))
  const more = Object.entries(options.listeners ?? {})
  const ports = await freePorts(nodes * 2 + more.length)
  const listeners = Object.fromEntries(
    more.map(([name], index) => [name, `127.0.0.1:${ports[nodes * 2 + index]}`]),
  )
  const furtherOf = (id: number) =>
    id === 1
      ? Object.entries(listeners)
          .map(([name, at]) => `,${name}://${at}`)
          .join('')
      : ''
  const ids = Array.from({ length: nodes }, (_, index) => index + 1)
  const brokerPort = (id: number) => ports[id - 1]!
  const controllerPort = (id: number) => ports[nodes + id - 1]!
  const voters = ids.map((id) => `${id}@127.0.0.1:${controllerPort(id)}`).join(',')
  const java = (...args: string[]) => apacheJava(release, args, options.java)

  const settings = (id: number): Record<string, string | number> => ({
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://127.0.0.1:${brokerPort(id)},CONTROLLER://127.0.0.1:${controllerPort(id)}${furtherOf(id)}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${brokerPort(id)}${furtherOf(id)}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      ...more.map(([name, protocol]) => `${name}:${protocol}`),
    ].join(','),
    'log.dirs': dataOf(root, id),
    'num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': nodes,
    'transaction.state.log.replication.factor': nodes,
    'transaction.state.log.min.isr': Math.min(2, nodes),
    'share.coordinator.state.topic.replication.factor': nodes,
    'share.coordinator.state.topic.min.isr': Math.min(2, nodes),
    ...options.config,
  })
  const propertiesOf = (id: number) => join(root, `broker-${id}.properties`)

  const formatBroker = async (id: number) => {
    await runChecked(
      java(
        ...['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId],
        ...['--config', propertiesOf(id)],
      ),
      { timeoutMs: 60_000 },
    )
  }

  const running = new Map<number, Running>()
  const startBroker = async (id: number) => {
    const broker = start(java('kafka.Kafka', propertiesOf(id)))
    running.set(id, broker)
    // One node of three waits for its peers, so that the line that says "started" may come only later.
    await broker.outputs((text) => text.includes('Kafka Server started'), 90_000)
  }
  const endBroker = async (id: number, signal: NodeJS.Signals) => {
    const broker = running.get(id)
    if (broker === undefined) return
    running.delete(id)
    await end(broker, signal, 60_000)
  }
  const all = (signal: NodeJS.Signals) =>
    Promise.all([...running.keys()].map((id) => endBroker(id, signal)))

  mkdirSync(root, { recursive: true })
  for (const id of ids) {
    const lines = Object.entries(settings(id)).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(propertiesOf(id), lines.join(''))
    if (existsSync(join(dataOf(root, id), 'meta.properties'))) continue
    await formatBroker(id)
  }
  try {
    await Promise.all(ids.map(startBroker))
  } catch (error) {
    await all('SIGKILL')
    if (ownFolder) rmSync(root, { recursive: true, force: true })
    throw error
  }

  return {
    bootstrap: ids.map((id) => `127.0.0.1:${brokerPort(id)}`).join(','),
    controllers: ids.map((id) => `127.0.0.1:${controllerPort(id)}`).join(','),
    brokers: ids.map((id) => ({
      id,
      address: `127.0.0.1:${brokerPort(id)}`,
      dataDirectory: dataOf(root, id),
      pid: () => running.get(id)?.child.pid,
    })),
    listeners,
    dataDirectory: root,
    startBroker,
    formatBroker,
    stopBroker: (id) => endBroker(id, 'SIGTERM'),
    killBroker: (id) => endBroker(id, 'SIGKILL'),
    async stop() {
      // Of several that are stopped at once the last may wait minutes for a controller: only what is kept is worth it.
      await all(ownFolder ? 'SIGKILL' : 'SIGTERM')
      if (ownFolder) rmSync(root, { recursive: true, force: true })
    },
    async kill() {
      await all('SIGKILL')
    },
  }
}

function usualRelease(): ApacheRelease {
  const classpath = apacheClasspath()
  if (classpath === null) throw new Error('Apache Kafka is not on this machine')
  return { classpath, logging: [`-Dlog4j2.configurationFile=${serverLogging()}`] }
}

/** Java with a main class of a release: a server, by default as small as one for tests may be. */
export function apacheJava(
  { classpath, logging }: ApacheRelease,
  args: readonly string[],
  flags: readonly string[] = ['-Xmx768m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
): Command {
  return { command: 'java', args: [...flags, ...logging, ...args], env: { CLASSPATH: classpath } }
}

function dataOf(root: string, id: number): string {
  return join(root, `data-${id}`)
}
