import { type BrokerStatus, statusOf } from '../../cluster/brokers.ts'
import { dataPath, type Home, propertiesPath } from '../../cluster/home.ts'
import { pause } from '../../host/clock.ts'
import type { Disk } from '../../host/disk.ts'
import { exitCodeOf, type Signal } from '../machine.ts'
import { fittingColumns } from '../output/columns.ts'
import { inTurn, redrawn } from '../output/screen.ts'
import { tableWidth } from '../output/table.ts'
import type { Context } from './context.ts'
import { askCluster, type BrokerHealth, type Health, healthOf } from './health.ts'

export interface StatusOptions {
  readonly json?: boolean
  readonly watch?: boolean
}

/** Exit code 0: all brokers run and all replicas are in sync; 1: anything less. With `watch` it goes on until Ctrl-C. */
export async function status(context: Context, options: StatusOptions): Promise<number> {
  if (!options.watch) return look(context, options)
  const { machine, host } = context
  let signal: Signal | null = null
  machine.onSignal((given) => {
    signal = given
  })
  const drawn = machine.stdout.isTerminal && !options.json ? redrawn() : inTurn
  for (let looks = 0; signal === null; looks++) {
    if (!options.json && !machine.stdout.isTerminal && looks > 0) machine.stdout.write('\n')
    await look(context, options, drawn)
    for (let i = 0; i < watchMs / pollMs && signal === null; i++) await pause(host.clock, pollMs)
  }
  return exitCodeOf[signal as Signal]
}

const watchMs = 1000
const pollMs = 50

async function look(
  { machine, host, home }: Context,
  { json = false, watch = false }: StatusOptions,
  drawn = inTurn,
): Promise<number> {
  const brokers = statusOf(host, home)
  const health = healthOf(brokers, await askCluster(brokers))
  const views = brokers.map((broker) => view(host.disk, home, broker))
  if (json) {
    const clusterId = brokers.find(({ card }) => card !== null)?.card?.clusterId ?? null
    const told = { home: home.root, clusterId, health, brokers: views }
    machine.stdout.write(
      `${JSON.stringify(told, null, machine.stdout.isTerminal && !watch ? 2 : 0)}\n`,
    )
  } else if (views.length === 0) {
    machine.stdout.write(drawn(`no cluster in ${home.root}; "jackdaw start" makes one\n`))
  } else {
    const shown = fittingColumns(tableOf(views, health, home), {
      width: tableWidth(machine),
      expendable,
    })
    machine.stdout.write(drawn(`home ${home.root}\n${shown}${sentence(health)}\n`))
  }
  return views.length > 0 && health.verdict === 'healthy' ? 0 : 1
}

function sentence({ verdict, problems, controllerId, partitions }: Health): string {
  const said = controllerId === null ? [] : [`controller ${controllerId}`]
  if (partitions !== null) said.push(`${partitions.total} partitions`)
  return `${verdict}: ${[...problems, ...said].join(', ')}`
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

/** Paths are told from the home on, which stands above them. */
function tableOf(views: readonly View[], { brokers }: Health, home: Home): string[][] {
  const short = (path: string) =>
    path.startsWith(`${home.root}/`) ? path.slice(home.root.length + 1) : path
  const head = ['BROKER', 'STATE', 'LEADS', 'REPLICAS', 'BEHIND', 'LAG', 'PID', 'ADDRESS', 'SOCKET']
  const rows = views.map(({ id, state, pid, address, socket, dataDirectory, sizeBytes }) => [
    String(id),
    state,
    ...countsOf(brokers.find((each) => each.id === id)),
    pid === null ? '-' : String(pid),
    address ?? '-',
    socket === null ? '-' : short(socket),
    short(dataDirectory),
    humanBytes(sizeBytes),
  ])
  return [[...head, 'DATA', 'SIZE'], ...rows]
}

/** What a person misses least goes first where a terminal is narrow; `--json` has all of it. */
const expendable = ['SOCKET', 'DATA', 'PID', 'SIZE', 'REPLICAS', 'ADDRESS']

const countsOf = (broker: BrokerHealth | undefined): string[] =>
  broker === undefined
    ? ['-', '-', '-', '-']
    : [broker.leads, broker.replicas, broker.behind, broker.lag ?? '-'].map(String)

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
