/** Starts, finds and stops the brokers of a home. Each one is a process that outlives the command that started it. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uuidFrom } from '../base/uuid.ts'
import { type Card, readCard } from '../broker/card.ts'
import { type Clock, pause } from '../host/clock.ts'
import type { Disk } from '../host/disk.ts'
import type { DetachedProcess, Processes } from '../host/processes.ts'
import type { Random } from '../host/random.ts'
import {
  cardPath,
  dataPath,
  type Home,
  logPath,
  propertiesPath,
  quorumSocketPattern,
  socketPath,
} from './home.ts'
import { propertiesText } from './properties.ts'

export interface ClusterHost {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly processes: Processes
}

export interface BrokerStatus {
  readonly id: number
  readonly state: 'running' | 'starting' | 'stopping' | 'stopped'
  /** Null where it does not run. */
  readonly card: Card | null
}

export type { Card }

/** What a person can mend: the message says how. */
export class ClusterError extends Error {
  override name = 'ClusterError'
}

const pollMs = 5
const startTimeoutMs = 60_000
const logTailBytes = 4096

/** The brokers that this home knows, by id. */
export function brokerIds({ disk }: ClusterHost, home: Home): number[] {
  if (disk.stat(home.root) === null) return []
  return disk
    .list(home.root)
    .flatMap(({ name }) => /^broker-(\d+)\.properties$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

export function statusOf(host: ClusterHost, home: Home): BrokerStatus[] {
  return brokerIds(host, home).map((id) => {
    const card = liveCard(host, home, id)
    return { id, state: card?.state ?? 'stopped', card }
  })
}

/** The card of a broker that lives; one that was left behind by a killed process counts as none. */
export function liveCard({ disk, processes }: ClusterHost, home: Home, id: number): Card | null {
  const path = cardPath(home, id)
  if (disk.stat(path) === null) return null
  const card = readCard(Buffer.from(disk.readFile(path)).toString())
  return card !== null && processes.identity(card.pid) === card.identity ? card : null
}

export interface Start {
  /** All brokers that the cluster has, or gets with this start. */
  readonly all: readonly number[]
  readonly ids: readonly number[]
  readonly overrides?: readonly string[]
}

/** Starts what does not run yet and waits until all of them answer. Two who do this at once get one cluster. */
export async function startBrokers(
  host: ClusterHost,
  home: Home,
  { all, ids, overrides = [] }: Start,
): Promise<Card[]> {
  prepare(host, home, all)
  return Promise.all(ids.map((id) => startBroker(host, home, id, overrides)))
}

async function startBroker(
  host: ClusterHost,
  home: Home,
  id: number,
  overrides: readonly string[],
): Promise<Card> {
  const running = liveCard(host, home, id)
  if (running?.state === 'running') return running
  const child =
    running === null
      ? await host.processes.startDetached({
          file: process.execPath,
          args: [brokerBundle(host), ...brokerArguments(home, id, overrides)],
          outputFile: logPath(home, id),
          cwd: home.root,
        })
      : null
  return whenRunning(host, home, id, child)
}

export function brokerArguments(home: Home, id: number, overrides: readonly string[]): string[] {
  const own = [
    `jackdaw.socket=${socketPath(home, id)}`,
    `jackdaw.controller.socket=${quorumSocketPattern(home)}`,
    `jackdaw.card.file=${cardPath(home, id)}`,
  ]
  const all = [...own, ...overrides].flatMap((each) => ['--override', each])
  return ['--config', propertiesPath(home, id), ...all]
}

async function whenRunning(
  host: ClusterHost,
  home: Home,
  id: number,
  child: DetachedProcess | null,
): Promise<Card> {
  let ended: { code: number | null; signal: string | null } | null = null
  child?.ended.then((end) => {
    ended = end
  })
  const deadline = host.clock.monotonic() + startTimeoutMs
  for (;;) {
    const card = liveCard(host, home, id)
    if (card?.state === 'running') return card
    // Somebody else may have been first; then our process gave way, and theirs is the one to wait for.
    if (ended !== null && card === null) throw new ClusterError(failure(host, home, id))
    if (host.clock.monotonic() > deadline) {
      throw new ClusterError(
        `broker ${id} did not answer within ${startTimeoutMs / 1000} s; see ${logPath(home, id)}`,
      )
    }
    await pause(host.clock, pollMs)
  }
}

export type StopSignal = 'SIGTERM' | 'SIGKILL'

/** Sends a signal to a broker that runs; false where it does not. */
export function signalBroker(
  host: ClusterHost,
  home: Home,
  id: number,
  signal: NodeJS.Signals,
): boolean {
  const card = liveCard(host, home, id)
  return card !== null && host.processes.signal(card.pid, signal)
}

/** Resolves when they are gone; a broker that does not run is none to wait for. */
export async function stopBrokers(
  host: ClusterHost,
  home: Home,
  ids: readonly number[],
  signal: StopSignal = 'SIGTERM',
): Promise<number[]> {
  const stopped: number[] = []
  for (const id of ids) {
    const card = liveCard(host, home, id)
    if (card !== null && host.processes.signal(card.pid, signal)) stopped.push(id)
  }
  const cards = stopped.map((id) => liveCard(host, home, id))
  while (
    cards.some((card) => card !== null && host.processes.identity(card.pid) === card.identity)
  ) {
    await pause(host.clock, pollMs)
  }
  return stopped
}

export function prepare({ disk, random }: ClusterHost, home: Home, ids: readonly number[]): void {
  for (const folder of [home.root, join(home.root, 'logs'), join(home.root, 'data')]) {
    disk.makeDirectory(folder)
  }
  // What may connect here may read and write everything, so nobody else may even look.
  disk.makeDirectory(home.run, 0o700)
  let clusterId: string | null = null
  for (const id of ids) {
    const path = propertiesPath(home, id)
    if (disk.stat(path) !== null) continue
    clusterId ??= uuidFrom(random)
    const text = propertiesText({ id, dataDirectory: dataPath(home, id), clusterId, voters: ids })
    disk.replaceFile(path, Buffer.from(text))
  }
}

function failure({ disk }: ClusterHost, home: Home, id: number): string {
  const path = logPath(home, id)
  const size = disk.stat(path)?.size ?? 0
  const text = size === 0 ? '' : Buffer.from(disk.readFile(path)).subarray(-logTailBytes).toString()
  const lines = text.trimEnd().split('\n')
  const told = [...lines].reverse().find((line) => line.startsWith('jackdaw broker:'))
  return told?.replace('jackdaw broker: ', '') ?? `broker ${id} ended while it started; see ${path}`
}

/** The broker's bundle lies beside the tool's; from the sources it is in dist/. */
function brokerBundle({ disk }: ClusterHost): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const beside = join(here, 'broker.cjs')
  return disk.stat(beside) !== null ? beside : join(here, '..', '..', 'dist', 'broker.cjs')
}
