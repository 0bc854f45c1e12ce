import { zeroUuid } from '../../base/uuid.ts'
import type { Endpoint, Quorum, QuorumReplica } from '../../client/admin/quorum.ts'
import type { Shown } from '../output/show.ts'

export type QuorumStatus = {
  readonly clusterId: string | null
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: bigint
  readonly maxFollowerLag: bigint
  /** −1 where the leader does not know. */
  readonly maxFollowerLagTimeMs: bigint
  readonly currentVoters: readonly Member[]
  readonly currentObservers: readonly Member[]
}

type Member = {
  readonly id: number
  readonly directoryId?: string
  readonly endpoints?: readonly string[]
}

export function quorumStatus(quorum: Quorum, clusterId: string | null): QuorumStatus {
  const { voters, leaderId } = quorum
  const leader = voters.find(({ id }) => id === leaderId)
  const last = voters.reduce((low, each) => (each.logEndOffset < low.logEndOffset ? each : low))
  const member = ({ id, directoryId }: QuorumReplica): Member => {
    const endpoints = quorum.endpoints.get(id)?.map(endpointText)
    return {
      id,
      ...(directoryId === zeroUuid ? {} : { directoryId }),
      ...(endpoints === undefined ? {} : { endpoints }),
    }
  }
  return {
    clusterId,
    leaderId,
    leaderEpoch: quorum.leaderEpoch,
    highWatermark: quorum.highWatermark,
    maxFollowerLag: leader === undefined ? 0n : leader.logEndOffset - last.logEndOffset,
    maxFollowerLagTimeMs: lagTimeMs(leader, last),
    currentVoters: voters.map(member),
    currentObservers: quorum.observers.map(member),
  }
}

function lagTimeMs(leader: QuorumReplica | undefined, last: QuorumReplica): bigint {
  if (leader === last) return 0n
  const times = [leader?.lastCaughtUpTimestamp ?? -1n, last.lastCaughtUpTimestamp] as const
  return times.includes(-1n) ? -1n : times[0] - times[1]
}

function endpointText({ name, host, port }: Endpoint): string {
  return `${name}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Kafka's lines; their values begin in the same column. */
export function shownStatus(status: QuorumStatus): Shown {
  const rows = Object.entries(status).map(([name, value]) => [
    `${name.charAt(0).toUpperCase()}${name.slice(1)}:`,
    Array.isArray(value) ? `[${(value as Member[]).map(memberText).join(', ')}]` : String(value),
  ])
  return {
    json: () => status,
    plain: () => rows.map(([name, value]) => `${name!.padEnd(24)}${value}\n`).join(''),
    table: () => ({ head: ['', ''], rows, aligns: ['left', 'left'] }),
  }
}

function memberText({ id, directoryId, endpoints }: Member): string {
  return [
    `{"id": ${id}`,
    ...(directoryId === undefined ? [] : [`"directoryId": "${directoryId}"`]),
    ...(endpoints === undefined
      ? []
      : [`"endpoints": [${endpoints.map((each) => `"${each}"`).join(', ')}]`]),
  ]
    .join(', ')
    .concat('}')
}

type ReplicaRow = QuorumReplica & { readonly lag: bigint; readonly status: string }

/** The leader first, then who votes, then who only follows. */
export function replicaRows({ voters, observers, leaderId }: Quorum): ReplicaRow[] {
  const leader = voters.find(({ id }) => id === leaderId)
  const end = leader?.logEndOffset ?? 0n
  const row = (each: QuorumReplica, status: string) => ({
    ...each,
    lag: end - each.logEndOffset,
    status,
  })
  return [
    ...(leader === undefined ? [] : [row(leader, 'Leader')]),
    ...voters.filter((each) => each !== leader).map((each) => row(each, 'Follower')),
    ...observers.map((each) => row(each, 'Observer')),
  ]
}

export function shownReplicas(
  found: readonly ReplicaRow[],
  { now }: { now: number | null },
): Shown {
  const time = (timestamp: bigint) =>
    now === null ? String(timestamp) : `${now - Number(timestamp)} ms ago`
  const head = [
    'NodeId',
    'DirectoryId',
    'LogEndOffset',
    'Lag',
    'LastFetchTimestamp',
    'LastCaughtUpTimestamp',
    'Status',
  ]
  const rows = found.map((each) => [
    String(each.id),
    each.directoryId,
    String(each.logEndOffset),
    String(each.lag),
    time(each.lastFetchTimestamp),
    time(each.lastCaughtUpTimestamp),
    each.status,
  ])
  return {
    json: () => found,
    plain: () => prettyTable([head, ...rows]),
    table: () => ({
      head: ['NODE', 'DIRECTORY', 'LOG END', 'LAG', 'FETCHED', 'CAUGHT UP', 'STATUS'],
      rows,
      aligns: ['right', 'left', 'right', 'right', 'right', 'right', 'left'],
    }),
  }
}

/** The table of Kafka's newer tools: columns as wide as they must be, each with a tab behind it. */
export function prettyTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows
    .map((row) => `${row.map((cell, i) => `${cell.padEnd(widths[i]!)}\t`).join('')}\n`)
    .join('')
}
