/** Nodes of one quorum whose voters come and go (KIP-853), each of either kind, on ports and in folders that are theirs. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apacheClasspath, serverLogging } from './apache.ts'
import { apacheJava } from './apache-cluster.ts'
import { jackdawCommand } from './jackdaw.ts'
import { end, freePorts, type Running, run, runChecked, start } from './processes.ts'

export type Kind = 'jackdaw' | 'apache'

type Formatting = { as?: 'first' | 'joining'; cluster?: string; more?: Record<string, string> }

const clusterId = 'JackdawTestClusterAAAA'
const startTimeoutMs = 90_000

export class QuorumNodes {
  readonly #root: string
  readonly #ports: readonly number[]
  readonly #running = new Map<number, Running>()

  static async on(root: string, count: number): Promise<QuorumNodes> {
    return new QuorumNodes(root, await freePorts(2 * count))
  }

  private constructor(root: string, ports: readonly number[]) {
    this.#root = root
    this.#ports = ports
  }

  address(id: number): string {
    return `127.0.0.1:${this.#ports[2 * id - 2]}`
  }

  properties(id: number): string {
    return join(this.#root, `node-${id}.properties`)
  }

  directory(id: number): string {
    return join(this.#root, `data-${id}`)
  }

  directoryId(id: number): string {
    const text = readFileSync(join(this.directory(id), 'meta.properties'), 'utf8')
    return /^directory\.id=(.+)$/m.exec(text)![1]!
  }

  controller(id: number): string {
    return `127.0.0.1:${this.#ports[2 * id - 1]}`
  }

  async formatOnce(id: number, formatting: Formatting = {}): Promise<void> {
    if (!this.#isFormatted(id)) await this.format(id, formatting)
  }

  /** By Apache's own tool, as the first voter or as one that joins. Our nodes format their directories by themselves. */
  async format(
    id: number,
    { as = 'first', cluster = clusterId, more = {} }: Formatting = {},
  ): Promise<void> {
    this.#write(id, more)
    const args = ['format', '--cluster-id', cluster, '--config', this.properties(id)]
    const how = as === 'first' ? '--standalone' : '--no-initial-controllers'
    await runChecked(this.#java('kafka.tools.StorageTool', ...args, how), {
      timeoutMs: startTimeoutMs,
    })
  }

  async start(id: number, kind: Kind, more: Record<string, string> = {}): Promise<void> {
    const node = this.launch(id, kind, more)
    const ready = kind === 'apache' ? 'Kafka Server started' : '"ready"'
    await node.outputs((text) => text.includes(ready), startTimeoutMs)
  }

  /** Starts a node of which nobody knows whether it will be one. */
  launch(id: number, kind: Kind, more: Record<string, string> = {}): Running {
    this.#write(id, more)
    const command =
      kind === 'apache'
        ? this.#java('kafka.Kafka', this.properties(id))
        : jackdawCommand('jackdaw', ['broker', '--config', this.properties(id)])!
    const node = start(command)
    this.#running.set(id, node)
    return node
  }

  async end(id: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.#running.get(id)
    this.#running.delete(id)
    if (node !== undefined) await end(node, signal, 60_000)
  }

  loseDisk(id: number): void {
    rmSync(this.directory(id), { recursive: true })
  }

  /** One of our tools, asking this node. */
  async ask(id: number, tool: string, ...args: string[]): Promise<string> {
    const command = jackdawCommand(tool, ['--bootstrap-server', this.address(id), ...args])!
    const { code, stdout, stderr } = await run(command, { timeoutMs: startTimeoutMs })
    if (code !== 0) throw new Error(`${tool} ${args.join(' ')}: ${stderr}`)
    return stdout.toString()
  }

  /** Ids and directories of those who vote, as a node tells it. */
  async voters(asked: number): Promise<string[]> {
    const told = await this.ask(asked, 'metadata-quorum', 'describe', '--replication')
    return [...told.matchAll(/^(\d+)\s+(\S+)\s.*(?:Leader|Follower)\s*$/gm)]
      .map(([, id, directoryId]) => `${id} ${directoryId}`)
      .sort()
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.end(id, 'SIGKILL')))
  }

  #write(id: number, more: Record<string, string> = {}): void {
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': id,
      'controller.quorum.bootstrap.servers': this.controller(1),
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      listeners: `PLAINTEXT://${this.address(id)},CONTROLLER://${this.controller(id)}`,
      'log.dirs': this.directory(id),
      'offsets.topic.replication.factor': 1,
      'share.coordinator.state.topic.replication.factor': 1,
      'share.coordinator.state.topic.min.isr': 1,
      ...(!this.#isFormatted(id) ? { 'jackdaw.cluster.id': clusterId } : {}),
      ...more,
    }
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(this.properties(id), lines.join(''))
  }

  #isFormatted(id: number): boolean {
    return existsSync(join(this.directory(id), 'meta.properties'))
  }

  #java(...args: string[]) {
    const classpath = apacheClasspath()
    if (classpath === null) throw new Error('Apache Kafka is not on this machine')
    const logging = [`-Dlog4j2.configurationFile=${serverLogging()}`]
    return apacheJava({ classpath, logging }, args)
  }
}
