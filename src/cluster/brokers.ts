/** The brokers of a home: which there are, which run, and how to end them. Each is a process that outlives its starter. */
import { type Card, readCard } from '../broker/card.ts'
import { type Clock, pause } from '../host/clock.ts'
import type { Disk } from '../host/disk.ts'
import type { Processes } from '../host/processes.ts'
import type { Random } from '../host/random.ts'
import { cardPath, type Home, supervisorPath } from './home.ts'

export interface ClusterHost {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly processes: Processes
}

export interface BrokerStatus {
  readonly id: number
  readonly state: 'running' | 'starting' | 'stopping' | 'stopped' | 'paused'
  /** Null where it does not run. */
  readonly card: Card | null
}

export type { Card }

/** What a person can mend: the message says how. */
export class ClusterError extends Error {
  override name = 'ClusterError'
}

/** Between two looks at what another process does. */
export const pollMs = 5
const stopTimeoutMs = 60_000

/** The brokers that this home knows, by id. */
export function brokerIds({ disk }: Pick<ClusterHost, 'disk'>, home: Home): number[] {
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
    const isPaused = card !== null && host.processes.isPaused(card.pid) === true
    return { id, state: isPaused ? 'paused' : (card?.state ?? 'stopped'), card }
  })
}

/** The card of a broker that lives; one that was left behind by a killed process counts as none. */
export function liveCard(host: ClusterHost, home: Home, id: number): Card | null {
  const text = textOf(host, cardPath(home, id))
  const card = text === null ? null : readCard(text)
  return card !== null && lives(host, card) ? card : null
}

const lives = ({ processes }: ClusterHost, { pid, identity }: Card): boolean =>
  identity !== null && processes.identity(pid) === identity

/** Null where there is none: it may go at any moment. */
function textOf({ disk }: ClusterHost, path: string): string | null {
  try {
    return Buffer.from(disk.readFile(path)).toString()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Resolves when it stands still, or goes on: false where it did already. */
export async function signalPause(
  host: ClusterHost,
  home: Home,
  id: number,
  signal: 'SIGSTOP' | 'SIGCONT',
): Promise<boolean> {
  const card = liveCard(host, home, id)
  if (card === null) throw new ClusterError(`broker ${id} does not run`)
  const { processes, clock } = host
  const wanted = signal === 'SIGSTOP'
  const wasSo = processes.isPaused(card.pid) === wanted
  processes.signal(card.pid, signal)
  while (processes.isPaused(card.pid) === !wanted && lives(host, card)) await pause(clock, pollMs)
  return !wasSo
}

export type StopSignal = 'SIGTERM' | 'SIGKILL'

/** Resolves with those that were ended when they are gone; a broker that does not run is none to wait for. */
export async function stopBrokers(
  host: ClusterHost,
  home: Home,
  ids: readonly number[],
  signal: StopSignal = 'SIGTERM',
): Promise<number[]> {
  // An end that somebody asks for is no crash.
  for (const id of ids) leaveAlone(host, home, id)
  const stopping = ids
    .flatMap((id) => liveCard(host, home, id) ?? [])
    .filter(({ pid }) => host.processes.signal(pid, signal))
  // One that is paused hears the signal only when it goes on.
  for (const { pid } of stopping) host.processes.signal(pid, 'SIGCONT')
  const deadline = host.clock.monotonic() + stopTimeoutMs
  for (let left = stopping; left.length > 0; left = left.filter((card) => lives(host, card))) {
    if (host.clock.monotonic() > deadline) throw new ClusterError(stillThere(left))
    await pause(host.clock, pollMs)
  }
  return stopping.map(({ id }) => id)
}

/** From now on nobody starts it again. */
export function leaveAlone({ disk }: ClusterHost, home: Home, id: number): void {
  disk.remove(supervisorPath(home, id))
}

/** Whether somebody who lives starts it again when it crashes. */
export function isSupervised(host: ClusterHost, home: Home, id: number): boolean {
  const [pid, identity] = textOf(host, supervisorPath(home, id))?.trim().split(' ') ?? []
  return identity !== undefined && host.processes.identity(Number(pid)) === identity
}

function stillThere(cards: readonly Card[]): string {
  const names = cards.map(({ id, pid }) => `broker ${id} (process ${pid})`).join(', ')
  return `${names} did not stop within ${stopTimeoutMs / 1000} s; "jackdaw kill --hard" ends it at once`
}
