import { type BrokerStatus, statusOf } from '../../cluster/brokers.ts'
import { dataPath, type Home, propertiesPath } from '../../cluster/home.ts'
import type { Disk } from '../../host/disk.ts'
import { columns } from '../output/columns.ts'
import type { Context } from './context.ts'

/** Exit code 0: all brokers run; 1: some do not, or there are none. */
export async function status(
  { machine, host, home }: Context,
  { json = false }: { json?: boolean },
): Promise<number> {
  const brokers = statusOf(host, home)
  const views = brokers.map((broker) => view(host.disk, home, broker))
  if (json) {
    const clusterId = brokers.find(({ card }) => card !== null)?.card?.clusterId ?? null
    machine.stdout.write(
      `${JSON.stringify({ home: home.root, clusterId, brokers: views }, null, 2)}\n`,
    )
  } else if (views.length === 0) {
    machine.stdout.write(`no cluster in ${home.root}; "jackdaw start" makes one\n`)
  } else {
    machine.stdout.write(`home ${home.root}\n${table(views)}`)
  }
  return brokers.length > 0 && brokers.every(({ state }) => state === 'running') ? 0 : 1
}

interface View {
  readonly id: number
  readonly pid: number | null
  readonly state: string
  readonly roles: readonly string[]
  readonly socket: string | null
  readonly address: string | null
  readonly dataDirectory: string
  readonly sizeBytes: number
  readonly properties: string
}

function view(disk: Disk, home: Home, { id, state, card }: BrokerStatus): View {
  const dataDirectory = card?.dataDirectory ?? dataPath(home, id)
  return {
    id,
    pid: card?.pid ?? null,
    state,
    roles: card?.roles ?? [],
    socket: card?.socket || null,
    address: card?.address || null,
    dataDirectory,
    sizeBytes: sizeOf(disk, dataDirectory),
    properties: propertiesPath(home, id),
  }
}

function table(views: readonly View[]): string {
  const head = ['BROKER', 'STATE', 'PID', 'ADDRESS', 'SOCKET', 'DATA', 'SIZE']
  const rows = views.map(({ id, state, pid, address, socket, dataDirectory, sizeBytes }) => [
    String(id),
    state,
    pid === null ? '-' : String(pid),
    address ?? '-',
    socket ?? '-',
    dataDirectory,
    humanBytes(sizeBytes),
  ])
  return columns([head, ...rows])
}

/** A file may go while we look: a running broker rolls and deletes. */
function sizeOf(disk: Disk, path: string): number {
  const stat = disk.stat(path)
  if (stat === null) return 0
  if (!stat.isDirectory) return stat.size
  return disk.list(path).reduce((sum, { name }) => sum + sizeOf(disk, `${path}/${name}`), 0)
}

function humanBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
