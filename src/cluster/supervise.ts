/**
 * The supervisor of one broker: a process of its own that starts the broker and starts it again when it crashed. As long as
 * `<run>/<id>.supervisor` names this process the broker is wanted; `stop` and `kill` remove the file before they end the broker, so an
 * end that somebody asked for stays one, whichever signal did it.
 */
import { pause } from '../host/clock.ts'
import type { DetachedProcess } from '../host/processes.ts'
import { type ClusterHost, liveCard, pollMs } from './brokers.ts'
import { type Home, supervisorPath } from './home.ts'
import { restartAfter } from './restart-policy.ts'
import { brokerCommand, withFolders } from './start.ts'

export interface Supervised {
  readonly id: number
  readonly overrides: readonly string[]
  readonly pid: number
  /** A line for the broker's log. */
  readonly say: (line: string) => void
}

/** Runs until the broker has ended in a way that is no crash. */
export async function supervise(
  host: ClusterHost,
  home: Home,
  supervised: Supervised,
): Promise<void> {
  const { id, overrides, pid, say } = supervised
  const { clock, disk, processes } = host
  const usable = withFolders(host, home)
  const path = supervisorPath(home, id)
  const mark = `${pid} ${processes.identity(pid)}\n`
  const isWanted = () => disk.stat(path) !== null && textOf(host, path) === mark
  disk.replaceFile(path, Buffer.from(mark))
  let failures = 0
  try {
    for (;;) {
      const startedAt = clock.monotonic()
      const command = brokerCommand(host, usable, id, overrides)
      const child = await processes.startDetached({ ...command, keepAlive: true })
      const hasRun = await reachesClients(host, usable, id, child)
      const { code, signal } = await child.ended
      const ranMs = clock.monotonic() - startedAt
      const restart = restartAfter({ code, isWanted: isWanted(), hasRun, ranMs, failures })
      if (restart === null) return
      failures = restart.failures
      say(`broker ${id} ended with ${signal ?? code}; it is started again in ${restart.delayMs} ms`)
      // Somebody may stop or start it meanwhile.
      const dueAt = clock.monotonic() + restart.delayMs
      while (isWanted() && clock.monotonic() < dueAt) await pause(clock, patienceMs)
      if (!isWanted() || liveCard(host, home, id) !== null) return
    }
  } finally {
    if (isWanted()) disk.remove(path)
  }
}

const patienceMs = 50

/** Whether it answers clients before it ends. */
async function reachesClients(
  host: ClusterHost,
  home: Home,
  id: number,
  child: DetachedProcess,
): Promise<boolean> {
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  while (!ended) {
    const card = liveCard(host, home, id)
    if (card?.pid === child.pid && card.state === 'running') return true
    await pause(host.clock, pollMs)
  }
  return false
}

const textOf = ({ disk }: ClusterHost, path: string): string =>
  Buffer.from(disk.readFile(path)).toString()
