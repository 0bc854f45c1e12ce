/** One command on a pipe, as a shell would run it: how long from launch to end, and how much memory at most. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import type { Command } from '../test/support/processes.ts'

export type Measured = {
  seconds: number
  /** Of all its threads, in user and system mode: what a busy machine changes least. */
  cpuSeconds: number
  peakMb: number
  lines: number
}

/** `cat FILE | command | wc -l`; without a file stdin is empty. */
export async function measure(command: Command, file?: string): Promise<Measured> {
  const source = file === undefined ? null : spawn('cat', [file], { stdio: ['ignore', 'pipe', 2] })
  const counter = spawn('wc', ['-l'], { stdio: ['pipe', 'pipe', 2] })
  const counted = textOf(counter)
  const began = performance.now()
  const child = spawn(command.command, command.args, {
    env: { ...process.env, ...command.env },
    stdio: [source?.stdout ?? 'ignore', counter.stdin!, 'pipe'],
  })
  const watched = watch(child.pid!)
  const errors: Buffer[] = []
  child.stderr!.on('data', (chunk) => errors.push(chunk))
  // The pipes belong to the children now; this process must not hold them open.
  source?.stdout?.destroy()
  counter.stdin!.destroy()
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const seconds = (performance.now() - began) / 1000
  if (code !== 0) {
    const said = Buffer.concat(errors).toString().slice(-2000)
    throw new Error(`${command.command} ${command.args.join(' ')}: exit ${code}\n${said}`)
  }
  return { seconds, ...watched(), lines: Number(await counted) }
}

/** Seconds from the launch of a broker to its first answer to ApiVersions, which any listener gives to anyone. */
export async function secondsToFirstAnswer(launch: () => void, port: number): Promise<number> {
  const began = performance.now()
  launch()
  while (!(await answers(port))) {
    if (performance.now() - began > 60_000) throw new Error(`nothing answers on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return (performance.now() - began) / 1000
}

/** Resident memory of a process, now, in MB; NaN where the machine does not tell. */
export function residentMb(pid: number): number {
  return memory(pid, 'VmRSS')
}

/** Processor time of a process since its start; NaN where the machine does not tell. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return Number.NaN
  }
}

/** Linux counts in hundredths, on whatever machine. */
const ticksPerSecond = 100

/** Each rival in turn, round after round, so that a slow minute of the machine is everybody's. */
export async function sideBySide<R extends string, T>(
  rivals: readonly R[],
  times: number,
  job: (rival: R, round: number) => Promise<T>,
): Promise<Partial<Record<R, T[]>>> {
  const results: Partial<Record<R, T[]>> = {}
  for (let round = 0; round < times; round++) {
    // Nobody always goes first: what runs first after a pause finds a broker that has cooled down.
    const first = round % rivals.length
    for (const rival of [...rivals.slice(first), ...rivals.slice(0, first)]) {
      results[rival] ??= []
      results[rival].push(await job(rival, round))
    }
  }
  return results
}

export function secondsOf({ seconds }: Measured): number {
  return seconds
}

export function cpuSecondsUsed({ cpuSeconds }: Measured): number {
  return cpuSeconds
}

/** The middle one of several runs. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function answers(port: number): Promise<boolean> {
  // ApiVersions (18) v0, correlation id 1, client id "b".
  const frame = Buffer.from('0000000b' + '0012' + '0000' + '00000001' + '0001' + '62', 'hex')
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => socket.write(frame))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

// A process that has ended tells nothing any more: the last look counts.
function watch(pid: number): () => { peakMb: number; cpuSeconds: number } {
  const seen = { peakMb: 0, cpuSeconds: 0 }
  const look = () => {
    const now = memory(pid, 'VmHWM')
    if (now > seen.peakMb) seen.peakMb = now
    const used = cpuSeconds(pid)
    if (used > seen.cpuSeconds) seen.cpuSeconds = used
  }
  const timer = setInterval(look, 10)
  return () => {
    clearInterval(timer)
    return seen
  }
}

function memory(pid: number, field: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1024
  } catch {
    return Number.NaN
  }
}

function textOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout!.on('data', (chunk) => {
      text += chunk
    })
    child.once('close', () => resolve(text.trim()))
  })
}
