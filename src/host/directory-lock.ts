import fs from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { systemProcesses } from './processes.ts'

export interface DirectoryLock {
  /** Removes the file too, as a clean stop does. */
  release(): void
}

/** Somebody else holds the directory. */
export class DirectoryLocked extends Error {
  override name = 'DirectoryLocked'
  readonly pid: number | null

  constructor(directory: string, pid: number | null) {
    const holder = pid === null ? 'another process' : `process ${pid}`
    super(`${directory} is in use by ${holder} (it holds ${join(directory, '.lock')})`)
    this.pid = pid
  }
}

const fileName = '.lock'
const held = new Set<string>()

/**
 * Node cannot lock a file as Kafka does. On Linux an abstract unix socket named after the directory's inode takes the
 * place of it: the kernel gives it to one process only, and takes it back whenever that ends. `.lock` tells who holds it; by
 * itself it means nothing, for a killed broker leaves it behind. Elsewhere the file alone has to do.
 *
 * A running Apache Kafka is seen by its file lock, where the system lists them.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, fileName)
  const { dev, ino } = fs.statSync(directory)
  const name = `${dev}-${ino}`
  if (held.has(name)) throw new DirectoryLocked(directory, process.pid)
  const socket = takeSocket(name)
  if (socket === 'taken') throw new DirectoryLocked(directory, pidIn(path))
  const other = livingHolder(path) ?? fileLockHolder(path)
  if (other !== null) {
    socket?.close()
    throw new DirectoryLocked(directory, other)
  }
  try {
    fs.writeFileSync(path, systemProcesses.identity(process.pid) ?? String(process.pid))
  } catch (error) {
    socket?.close()
    throw error
  }
  held.add(name)
  return {
    release() {
      if (!held.delete(name)) return
      fs.rmSync(path, { force: true })
      socket?.close()
    },
  }
}

/** Null where the system has no abstract sockets. */
function takeSocket(name: string): net.Server | 'taken' | null {
  if (process.platform !== 'linux') return null
  const server = net.createServer((connection) => connection.destroy())
  // Whether it was taken shows at once; the event with the error comes later.
  server.on('error', () => {})
  server.listen({ path: `\0jackdaw-directory-${name}` })
  if (!server.listening) return 'taken'
  server.unref()
  return server
}

function livingHolder(path: string): number | null {
  const text = readText(path)
  const pid = pidOf(text)
  if (pid === null || pid === process.pid) return null
  return systemProcesses.identity(pid) === text.trim() ? pid : null
}

function pidIn(path: string): number | null {
  return pidOf(readText(path))
}

function pidOf(text: string): number | null {
  const pid = Number.parseInt(text, 10)
  return Number.isInteger(pid) && pid > 0 ? pid : null
}

/** `12: POSIX  ADVISORY  WRITE 4711 08:01:1835045 0 EOF` */
function fileLockHolder(path: string): number | null {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  const locks = readText('/proc/locks')
  if (stat === undefined || locks === '') return null
  for (const line of locks.split('\n')) {
    const [, , , access, pid, file = ''] = line.trim().split(/\s+/)
    if (access === 'WRITE' && file.endsWith(`:${stat.ino}`)) return Number(pid)
  }
  return null
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
