/** Starts the brokers of a home. Whoever does this holds the home's lock, so that two who do it at once get one cluster. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uuidFrom } from '../base/uuid.ts'
import { pause } from '../host/clock.ts'
import { DirectoryLocked } from '../host/directory-lock.ts'
import { makePrivateFolder } from '../host/private-folder.ts'
import type { Detached, DetachedProcess } from '../host/processes.ts'
import {
  brokerIds,
  type Card,
  ClusterError,
  type ClusterHost,
  isSupervised,
  leaveAlone,
  liveCard,
  pollMs,
} from './brokers.ts'
import {
  cardPath,
  dataPath,
  type Home,
  historyPath,
  logPath,
  propertiesPath,
  quorumSocketPattern,
  socketPath,
} from './home.ts'
import { propertiesText } from './properties.ts'
import { votersWanted } from './voters.ts'

export interface Start {
  /** All brokers that the cluster has, or gets with this start. */
  readonly all: readonly number[]
  readonly ids: readonly number[]
  readonly overrides?: readonly string[]
  /** A supervisor starts them again when they crash. */
  readonly restart?: boolean
}

const startTimeoutMs = 60_000
const lockTimeoutMs = 90_000
const logTailBytes = 4096

/** Starts what does not run yet and waits until all of them answer. */
export function startBrokers(
  host: ClusterHost,
  home: Home,
  { all, ids, overrides = [], restart = false }: Start,
): Promise<Card[]> {
  return withHome(host, home, async () => {
    const usable = await prepare(host, home, all, overrides)
    return Promise.all(ids.map((id) => startBroker(host, usable, { id, overrides, restart })))
  })
}

/** Runs while nobody else starts, stops or removes anything in this home. */
export async function withHome<T>(
  host: ClusterHost,
  home: Home,
  run: () => Promise<T> | T,
): Promise<T> {
  host.disk.makeDirectory(home.root)
  const deadline = host.clock.monotonic() + lockTimeoutMs
  for (;;) {
    try {
      const lock = host.disk.lock(home.root)
      try {
        return await run()
      } finally {
        lock.release()
      }
    } catch (error) {
      if (!(error instanceof DirectoryLocked)) throw error
      if (host.clock.monotonic() > deadline) throw new ClusterError(error.message)
    }
    await pause(host.clock, pollMs)
  }
}

/** Makes what these brokers lack; answers with the home as this machine lets it be. */
export async function prepare(
  { disk, random, clock }: Pick<ClusterHost, 'disk' | 'random' | 'clock'>,
  home: Home,
  ids: readonly number[],
  overrides: readonly string[] = [],
): Promise<Home> {
  const usable = withFolders({ disk }, home)
  const missing = ids.filter((id) => disk.stat(propertiesPath(home, id)) === null)
  if (missing.length > 0) {
    const isStatic = overrides.some((each) => /^(jackdaw|controller\.quorum)\.voters=./.test(each))
    await found({ disk, random, clock }, home, { missing, brokers: ids.length, isStatic })
  }
  return usable
}

/** Makes the folders of a home that are missing; answers with the home as this machine lets it be. */
export function withFolders({ disk }: Pick<ClusterHost, 'disk'>, home: Home): Home {
  for (const name of ['logs', 'data', 'history']) disk.makeDirectory(join(home.root, name))
  // What may connect here may read and write everything, so nobody else may even look.
  makePrivateFolder(home.run)
  try {
    makePrivateFolder(home.sockets)
    return home
  } catch {
    // XDG_RUNTIME_DIR may name a folder that a session has taken with it.
    return { ...home, sockets: home.run }
  }
}

/** Makes a cluster of these brokers. Directories first: one that is not formatted is taken for one that is to join. */
async function found(
  { disk, random, clock }: Pick<ClusterHost, 'disk' | 'random' | 'clock'>,
  home: Home,
  {
    missing,
    brokers,
    isStatic,
  }: { missing: readonly number[]; brokers: number; isStatic: boolean },
): Promise<void> {
  // What the broker writes a log with is much to read, and once in the life of a home it is needed here.
  const { formatTogether, isFormatted } = await import('../broker/quorum/format-directory.ts')
  const clusterId = uuidFrom(random)
  const voters = missing.slice(0, votersWanted(missing.length)).map((id) => ({
    id,
    directory: dataPath(home, id),
    directoryId: uuidFrom(random),
  }))
  // Voters that the command line names are static (kraft.version 0), as long as it names them. Whoever removed the properties alone gets them back, and keeps the data.
  const isFresh = !isStatic && !voters.some(({ directory }) => isFormatted(disk, directory))
  if (isFresh) formatTogether({ disk, clock }, voters, clusterId)
  for (const id of missing) {
    const text = propertiesText({ id, dataDirectory: dataPath(home, id), clusterId, brokers })
    disk.replaceFile(propertiesPath(home, id), Buffer.from(text))
  }
}

export function brokerArguments(
  { disk }: Pick<ClusterHost, 'disk'>,
  home: Home,
  { id, overrides }: { id: number; overrides: readonly string[] },
): string[] {
  const own = [
    // Through them a broker finds the quorum, whoever votes in it by now.
    `jackdaw.peers=${brokerIds({ disk }, home).join(',')}`,
    `jackdaw.socket=${socketPath(home, id)}`,
    `jackdaw.controller.socket=${quorumSocketPattern(home)}`,
    `jackdaw.card.file=${cardPath(home, id)}`,
    `jackdaw.history.file=${historyPath(home, id)}`,
  ]
  const all = [...own, ...overrides].flatMap((each) => ['--override', each])
  return ['--config', propertiesPath(home, id), ...all]
}

async function startBroker(
  host: ClusterHost,
  home: Home,
  { id, overrides, restart }: { id: number; overrides: readonly string[]; restart: boolean },
): Promise<Card> {
  const there = liveCard(host, home, id)
  if (there !== null && there.state !== 'stopping' && restart && !isSupervised(host, home, id)) {
    throw new ClusterError(
      `broker ${id} runs already, and nobody watches over it; "jackdaw stop ${id}" first, then start it with --restart`,
    )
  }
  if (there?.state === 'running') return there
  // One that is on its way down is not the one that is wanted.
  if (there?.state === 'stopping') await gone(host, home, id)
  const logStart = host.disk.stat(logPath(home, id))?.size ?? 0
  if (there?.state === 'starting') return whenRunning(host, home, { id, child: null, logStart })
  // A supervisor that waits for its next try must not do so beside us.
  leaveAlone(host, home, id)
  const commandOf = restart ? supervisorCommand : brokerCommand
  const child = await host.processes.startDetached(commandOf(host, home, id, overrides))
  return whenRunning(host, home, { id, child, logStart })
}

async function gone(host: ClusterHost, home: Home, id: number): Promise<void> {
  const deadline = host.clock.monotonic() + startTimeoutMs
  while (liveCard(host, home, id) !== null && host.clock.monotonic() < deadline) {
    await pause(host.clock, pollMs)
  }
}

async function whenRunning(
  host: ClusterHost,
  home: Home,
  { id, child, logStart }: { id: number; child: DetachedProcess | null; logStart: number },
): Promise<Card> {
  let ended = false
  child?.ended.then(() => {
    ended = true
  })
  const deadline = host.clock.monotonic() + startTimeoutMs
  for (;;) {
    const card = liveCard(host, home, id)
    if (card?.state === 'running') return card
    // Without a child it was somebody else's, which is gone when its card is.
    if (card === null && (ended || child === null)) {
      throw new ClusterError(failure(host, home, { id, logStart }))
    }
    if (host.clock.monotonic() > deadline) {
      throw new ClusterError(
        `broker ${id} did not answer within ${startTimeoutMs / 1000} s; see ${logPath(home, id)}`,
      )
    }
    await pause(host.clock, pollMs)
  }
}

/** What the broker said at its end, in this start and none before. */
function failure(
  { disk }: ClusterHost,
  home: Home,
  { id, logStart }: { id: number; logStart: number },
): string {
  const path = logPath(home, id)
  const bytes = disk.stat(path) === null ? new Uint8Array(0) : disk.readFile(path)
  const text = Buffer.from(bytes.subarray(logStart)).subarray(-logTailBytes).toString()
  const lines = text.trimEnd().split('\n')
  const told = [...lines].reverse().find((line) => line.startsWith('jackdaw broker:'))
  return told?.replace('jackdaw broker: ', '') ?? `broker ${id} ended while it started; see ${path}`
}

// Frames count as old space, of which V8 allows a young and small heap so little that it went over all of it eight times for each 100 MB
// that came. With this room the short collections find them first, and the broker's memory does not grow.
const roomBeforeCollectionMb = 64

export function brokerCommand(
  host: ClusterHost,
  home: Home,
  id: number,
  overrides: readonly string[],
): Detached {
  return command(home, id, [
    `--initial-old-space-size=${roomBeforeCollectionMb}`,
    bundle(host, 'broker'),
    ...brokerArguments(host, home, { id, overrides }),
  ])
}

function supervisorCommand(
  host: ClusterHost,
  home: Home,
  id: number,
  overrides: readonly string[],
): Detached {
  const options = ['--home', home.root, ...overrides.flatMap((each) => ['--override', each])]
  return command(home, id, [bundle(host, 'jackdaw'), 'supervise', String(id), ...options])
}

const command = (home: Home, id: number, args: readonly string[]): Detached => ({
  file: process.execPath,
  args,
  outputFile: logPath(home, id),
  cwd: home.root,
})

/** The bundles lie beside each other; from the sources they are in dist/. */
function bundle({ disk }: ClusterHost, name: string): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const beside = join(here, `${name}.cjs`)
  return disk.stat(beside) !== null ? beside : join(here, '..', '..', 'dist', `${name}.cjs`)
}
