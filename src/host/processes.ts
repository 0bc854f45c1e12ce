import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** The door to other processes of this machine. */
export interface Processes {
  /** Starts a process that outlives us, its output appended to a file; resolves with its id. */
  startDetached(command: Detached): Promise<DetachedProcess>
  /** What tells this process from a later one with the same id; null when there is none. */
  identity(pid: number): string | null
  /** Whether it stands still (SIGSTOP); null where the machine does not tell. */
  isPaused(pid: number): boolean | null
  /** False when there is no such process (any more). */
  signal(pid: number, signal: NodeJS.Signals): boolean
}

export interface Detached {
  readonly file: string
  readonly args: readonly string[]
  readonly outputFile: string
  readonly cwd: string
  /** Whoever starts it stays as long as it does; else it does not keep us. */
  readonly keepAlive?: boolean
}

export interface DetachedProcess {
  readonly pid: number
  /** Resolves when it ends while we are still here. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>
}

export const systemProcesses: Processes = { startDetached, identity, isPaused, signal }

function startDetached({
  file,
  args,
  outputFile,
  cwd,
  keepAlive = false,
}: Detached): Promise<DetachedProcess> {
  const output = openSync(outputFile, 'a', 0o600)
  try {
    const child = spawn(file, args, { detached: true, cwd, stdio: ['ignore', output, output] })
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.once('exit', (code, name) => resolve({ code, signal: name }))
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('spawn', () => {
        if (!keepAlive) child.unref()
        resolve({ pid: child.pid as number, ended })
      })
    })
  } finally {
    closeSync(output)
  }
}

/** On Linux the time of its start, in clock ticks since the machine's; elsewhere only that it lives. */
function identity(pid: number): string | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null
  }
  const stat = statOf(pid)
  if (stat === null) return `${pid}`
  return stat.state === 'Z' ? null : `${pid}@${stat.startTime}`
}

function isPaused(pid: number): boolean | null {
  const stat = statOf(pid)
  return stat && stat.state === 'T'
}

/** Null where there is no /proc. */
function statOf(pid: number): { state: string; startTime: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in brackets and may hold blanks; the start time is the 20th field behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, startTime: fields[19]! }
  } catch {
    return null
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
