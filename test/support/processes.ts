import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { constants } from 'node:os'

/** A process to run: what to start, with which arguments, where. */
export type Command = {
  command: string
  args: readonly string[]
  env?: Record<string, string>
  cwd?: string
}

export type Finished = { code: number; stdout: Buffer; stderr: Buffer; timedOut: boolean }

/** A process that is running; its output is collected from the start. */
export type Running = {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  stdout(): Buffer
  stderr(): Buffer
  /** Resolves when `ready` holds of the output so far; rejects when the process ends before or the time is over. */
  outputs(ready: (output: string) => boolean, timeoutMs: number): Promise<void>
}

export type StartOptions = {
  /** `open`: stdin stays open (and empty) until the process ends; otherwise these bytes and its end. */
  stdin?: Buffer | string
  keepStdinOpen?: boolean
  /** After this time the process is killed (SIGKILL) and `timedOut` is set. */
  timeoutMs?: number
}

/** Starts a process with pipes on all three streams. */
export function start(command: Command, options: StartOptions = {}): Running {
  const child = spawn(command.command, command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const watchers = new Set<() => void>()
  const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk)
    for (const watcher of watchers) watcher()
  }
  child.stdout.on('data', collect(stdout))
  child.stderr.on('data', collect(stderr))
  // A tool may end before it has read its input; that is its right.
  child.stdin.on('error', () => {})
  if (options.stdin !== undefined && options.stdin.length > 0) child.stdin.write(options.stdin)
  if (!options.keepStdinOpen) child.stdin.end()

  const finished = ending(child, options.timeoutMs).then(({ code, timedOut }) => ({
    code,
    timedOut,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr),
  }))
  finished.then(
    () => child.stdin.destroy(),
    () => {},
  )
  const text = () => `${Buffer.concat(stdout)}\n${Buffer.concat(stderr)}`
  return {
    child,
    finished,
    stdout: () => Buffer.concat(stdout),
    stderr: () => Buffer.concat(stderr),
    outputs: (ready, timeoutMs) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          watchers.delete(look)
          clearTimeout(timer)
          act()
        }
        const look = () => {
          if (ready(text())) settle(resolve)
        }
        const fail = (why: string) =>
          settle(() => reject(new Error(`${command.command}: ${why}; its output:\n${text()}`)))
        const timer = setTimeout(() => fail(`not ready after ${timeoutMs} ms`), timeoutMs)
        watchers.add(look)
        finished.then(
          () => (ready(text()) ? settle(resolve) : fail('it ended')),
          (error) => fail(String(error)),
        )
        look()
      }),
  }
}

/** Runs a process to its end. */
export function run(command: Command, options: StartOptions = {}): Promise<Finished> {
  return start(command, options).finished
}

/** Runs a process that has to succeed; an error shows what it wrote. */
export async function runChecked(command: Command, options: StartOptions = {}): Promise<Finished> {
  const finished = await run(command, options)
  if (finished.code === 0 && !finished.timedOut) return finished
  const how = finished.timedOut ? `did not end in ${options.timeoutMs} ms` : `exit ${finished.code}`
  throw new Error(
    `${command.command} ${command.args.join(' ')}: ${how}\n${tail(finished.stdout)}\n${tail(finished.stderr)}`,
  )
}

/** Sends a signal and waits for the end; what does not end in time is killed. */
export async function end(
  running: Running,
  signal: NodeJS.Signals,
  timeoutMs = 30_000,
): Promise<Finished> {
  running.child.kill(signal)
  const timer = setTimeout(() => running.child.kill('SIGKILL'), timeoutMs)
  return running.finished.finally(() => clearTimeout(timer))
}

/** Ports of 127.0.0.1 that are free now, all different; of five digits, as the columns of Kafka's tables expect. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listening(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function ending(child: ChildProcess, timeoutMs: number | undefined) {
  return new Promise<{ code: number; timedOut: boolean }>((resolve, reject) => {
    let timedOut = false
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            child.kill('SIGKILL')
          }, timeoutMs)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code: code ?? 128 + constants.signals[signal!], timedOut })
    })
  })
}

function tail(bytes: Buffer): string {
  return bytes.subarray(-4000).toString()
}
