/** Jackdaw as a person has it: the commands of `bin/`, and clusters started by `bin/jackdaw` in a home folder of their own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, freePorts, run, runChecked } from './processes.ts'
import { projectRoot } from './project.ts'

const bin = join(projectRoot, 'bin')

/** What `jackdaw status --json` says. */
export type Status = {
  home: string
  clusterId: string
  brokers: {
    id: number
    pid: number | null
    state: string
    roles: string[]
    socket: string
    address: string
    dataDirectory: string
  }[]
}

export type Jackdaw = {
  home: string
  /** All brokers over TCP, joined by commas. */
  bootstrap: string
  /** The unix socket of the first broker. */
  socket: string
  /** What a process needs to find this cluster without an address. */
  env: Record<string, string>
  status(): Promise<Status>
  /** SIGKILL to all brokers, or to these. */
  kill(...ids: number[]): Promise<void>
  startBroker(id: number): Promise<void>
  startBrokers(...ids: number[]): Promise<void>
  stopBroker(id: number): Promise<void>
  /** Stops the brokers and leaves home as it is. */
  halt(): Promise<void>
  /** Starts the cluster of this home again. */
  start(): Promise<void>
  /** Stops the brokers and removes the home. */
  stop(): Promise<void>
}

/** Whether `npm run build` has made this command. */
export function isBuilt(tool: string): boolean {
  return existsSync(join(bin, tool)) && existsSync(join(projectRoot, 'dist', `${tool}.cjs`))
}

/** The command of a Jackdaw tool by its name in `bin/`, with or without `kafka-` before it; null if there is none. */
export function jackdawCommand(
  tool: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Command | null {
  const path = join(bin, tool.replace(/^kafka-/, ''))
  if (!existsSync(path)) return null
  return { command: process.execPath, args: [path, ...args], env }
}

export type JackdawOptions = {
  /** Settings as in server.properties. */
  config?: Record<string, string | number>
  /** How many brokers; one if nothing is said. Their ids count from 1. */
  brokers?: number
}

export async function startJackdaw(options: JackdawOptions = {}): Promise<Jackdaw> {
  const home = mkdtempSync(join(tmpdir(), 'jackdaw-'))
  const env = { JACKDAW_HOME: home }
  const jackdaw = (...args: string[]) =>
    runChecked(jackdawCommand('jackdaw', args, env)!, { timeoutMs: 60_000 })
  // Its exit code says whether all brokers run; here both is an answer.
  const status = async (): Promise<Status> => {
    const said = await run(jackdawCommand('jackdaw', ['status', '--json'], env)!)
    return JSON.parse(said.stdout.toString())
  }
  // Kafka's tables are as wide as recorded only where the port has five digits, as free ones have.
  const { brokers = 1 } = options
  const [port] = await freePorts(1)
  // Several brokers share them out: each takes the next one that is free.
  const config = { listeners: `PLAINTEXT://127.0.0.1:${port}`, ...options.config }
  const overrides = Object.entries(config).flatMap(([name, value]) => [
    '--override',
    `${name}=${value}`,
  ])
  const verb = async (...args: string[]) => {
    await jackdaw(...args)
  }
  const start = () => verb('start', '--brokers', String(brokers), ...overrides)
  const kill = async (...ids: number[]) => {
    const meant = (await status()).brokers.filter(({ id }) => ids.length === 0 || ids.includes(id))
    const pids = meant.flatMap(({ pid }) => (pid === null ? [] : [pid]))
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    for (const pid of pids) await gone(pid)
  }

  let first: Status
  try {
    await start()
    first = await status()
  } catch (error) {
    const logs = await run(jackdawCommand('jackdaw', ['logs'], env)!, { timeoutMs: 10_000 })
    await run(jackdawCommand('jackdaw', ['stop'], env)!, { timeoutMs: 30_000 })
    rmSync(home, { recursive: true, force: true })
    throw new Error(`${(error as Error).message}\n${logs.stdout}${logs.stderr}`, { cause: error })
  }
  return {
    home,
    env,
    bootstrap: first.brokers.map(({ address }) => address).join(','),
    socket: first.brokers[0]!.socket,
    status,
    kill,
    start,
    startBroker: (id) => verb('start', String(id), ...overrides),
    startBrokers: (...ids) => verb('start', ...ids.map(String), ...overrides),
    stopBroker: (id) => verb('stop', String(id)),
    halt: () => verb('stop'),
    stop: async () => {
      try {
        await jackdaw('stop')
      } catch {
        await kill()
      } finally {
        rmSync(home, { recursive: true, force: true })
      }
    },
  }
}

/** Resolves when no process has this id any more. */
export async function gone(pid: number, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A killed child that nobody has waited for yet is a zombie; it holds no socket and no file any more.
  if (!existsSync(`/proc/${pid}/stat`)) return !readdirSync('/').includes('proc')
  return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
