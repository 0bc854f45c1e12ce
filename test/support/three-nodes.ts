/** Three nodes on directories that outlive them: Jackdaw or Apache Kafka, the one after the other; and one who asks them as a client would. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import type { AnyApi, ResponseOf, SentRequestOf } from '../../src/protocol/schema.ts'
import type { CallOptions, Connection } from '../../src/wire/connection.ts'
import { startApacheKafka } from './apache-cluster.ts'
import { type Asked, settled } from './asking.ts'
import { jackdawCommand } from './jackdaw.ts'
import { connect, type Kind, settings } from './one-broker.ts'
import { end, freePorts, start } from './processes.ts'

export type ThreeNodes = {
  kind: Kind
  connection: Asked
  /** By their ids, from 1. */
  addresses: readonly string[]
  stop(): Promise<void>
  kill(): Promise<void>
}

const ids = [1, 2, 3]

/** Where the nodes on `root` have their log directories. */
export const directoriesOf = (root: string): string[] => ids.map((id) => join(root, `data-${id}`))

const copied = {
  ...settings,
  'default.replication.factor': 3,
  'min.insync.replicas': 2,
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
}

type Nodes = { addresses: string[]; end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> }

export async function startThreeOn(
  root: string,
  kind: Kind,
  /** What each of our nodes is told beside the rest. */
  more: (id: number) => Record<string, string | number> = () => ({}),
): Promise<ThreeNodes> {
  mkdirSync(root, { recursive: true })
  const nodes = kind === 'apache' ? await startApache(root) : await startOurs(root, more)
  const connections: Connection[] = []
  const finish = async (signal: 'SIGTERM' | 'SIGKILL') => {
    for (const each of connections) each.close()
    await nodes.end(signal)
  }
  try {
    for (const address of nodes.addresses) connections.push(await connect(address))
  } catch (error) {
    await finish('SIGKILL')
    throw error
  }
  return {
    kind,
    connection: routed(connections),
    addresses: nodes.addresses,
    stop: () => finish('SIGTERM'),
    kill: () => finish('SIGKILL'),
  }
}

async function startApache(root: string): Promise<Nodes> {
  const cluster = await startApacheKafka({ nodes: 3, dataDirectory: root, config: copied })
  return {
    addresses: cluster.brokers.map(({ address }) => address),
    end: (signal) => (signal === 'SIGKILL' ? cluster.kill() : cluster.stop()),
  }
}

async function startOurs(
  root: string,
  more: (id: number) => Record<string, string | number>,
): Promise<Nodes> {
  const ports = await freePorts(2 * ids.length)
  const at = (index: number) => `127.0.0.1:${ports[index]}`
  const voters = ids.map((id, index) => `${id}@${at(ids.length + index)}`).join(',')
  const nodes = ids.map((id, index) => {
    const properties = {
      ...copied,
      'process.roles': 'broker,controller',
      'node.id': id,
      'controller.quorum.voters': voters,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      'jackdaw.cluster.id': 'JackdawTestClusterAAAA',
      'log.dirs': join(root, `data-${id}`),
      listeners: `PLAINTEXT://${at(index)},CONTROLLER://${at(ids.length + index)}`,
      ...more(id),
    }
    const config = join(root, `jackdaw-${id}.properties`)
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(config, lines.join(''))
    return start(jackdawCommand('jackdaw', ['broker', '--config', config])!)
  })
  const finish = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ended = await Promise.all(nodes.map((node) => end(node, signal, 60_000)))
    const failed = ended.find(({ code }) => signal === 'SIGTERM' && code !== 0)
    if (failed !== undefined) throw new Error(`a node ended with ${failed.code}: ${failed.stderr}`)
  }
  try {
    await Promise.all(nodes.map((node) => node.outputs((text) => text.includes('"ready"'), 60_000)))
  } catch (error) {
    await Promise.all(nodes.map((node) => end(node, 'SIGKILL')))
    throw error
  }
  return { addresses: ids.map((_, index) => at(index)), end: finish }
}

/** Sends each request to the node that it is for: the leader, the coordinator, the broker that it names, else the first. */
function routed(nodes: readonly Connection[]): Asked {
  const first = nodes[0]!
  const byId = (id: number) => nodes[ids.indexOf(id)] ?? first

  async function call<A extends AnyApi>(
    api: A,
    request: SentRequestOf<A>,
    options?: CallOptions,
  ): Promise<ResponseOf<A>> {
    if ((api as AnyApi) === listGroups) return (await allGroups()) as ResponseOf<A>
    return (await nodeFor(request as Asking)).call(api, request, options)
  }

  async function nodeFor(request: Asking): Promise<Connection> {
    const group = request.groupId ?? request.groups?.[0]?.groupId
    if (group !== undefined) return coordinatorOf(group)
    const [topic] = request.topicData ?? request.topics ?? []
    const name = topic?.name ?? topic?.topic
    const [partition] = topic?.partitionData ?? topic?.partitions ?? []
    const index = partition?.index ?? partition?.partitionIndex ?? partition?.partition
    if (typeof name === 'string' && index !== undefined) return leaderOf(name, index)
    const [resource] = request.resources ?? []
    return resource?.resourceType === 4 ? byId(Number(resource.resourceName)) : first
  }

  async function coordinatorOf(group: string): Promise<Connection> {
    const { coordinators } = await settled(
      () => first.call(findCoordinator, { keyType: 0, coordinatorKeys: [group] }),
      ({ coordinators }) => coordinators.map(({ errorCode }) => errorCode),
    )
    return byId(coordinators[0]!.nodeId)
  }

  async function leaderOf(name: string, index: number): Promise<Connection> {
    const { topics } = await settled(
      () => first.call(metadata, { topics: [{ name }], allowAutoTopicCreation: false }),
      ({ topics }) =>
        topics.flatMap((each) => [each.errorCode, ...each.partitions.map((p) => p.errorCode)]),
    )
    return byId(topics[0]!.partitions.find((each) => each.partitionIndex === index)!.leaderId)
  }

  async function allGroups() {
    const answers = await Promise.all(
      nodes.map((node) => node.call(listGroups, { statesFilter: [], typesFilter: [] })),
    )
    const failed = answers.find(({ errorCode }) => errorCode !== 0)
    return failed ?? { ...answers[0]!, groups: answers.flatMap(({ groups }) => groups) }
  }

  return { call }
}

/** What of a request tells whom it is for. */
type Asking = {
  groupId?: string
  groups?: { groupId: string }[]
  topicData?: AskedTopic[]
  topics?: AskedTopic[] | null
  resources?: { resourceType: number; resourceName: string }[]
}

type AskedTopic = {
  name?: string | null
  topic?: string
  partitions?: AskedPartition[]
  partitionData?: AskedPartition[]
}

type AskedPartition = { index?: number; partitionIndex?: number; partition?: number }
