/** Moves of replicas between the log directories of a broker (KIP-113). */
import { alterReplicaLogDirs, describeLogDirs } from '../../client/admin/log-dirs.ts'
import type { Cluster } from '../../client/cluster.ts'
import {
  comparePartitions,
  partitionKey,
  type TopicPartition,
} from '../../client/topic-partition.ts'
import { pause } from '../../host/clock.ts'
import { ToolFailure } from '../tell.ts'
import { commandFailed, type Target } from './files.ts'

/** Where a replica is to lie. */
export type DirMove = TopicPartition & { readonly brokerId: number; readonly path: string }

export type DirMoveState =
  | { kind: 'missing' }
  | { kind: 'active'; current: string; future: string }
  /** It lies elsewhere, and does not move. */
  | { kind: 'idle'; current: string }
  | { kind: 'completed' }

type Place = { readonly current: string | null; readonly future: string | null }

/** What a plan says of directories; `any` leaves it to the broker. */
export function dirMovesOf(targets: readonly Target[]): DirMove[] {
  return targets
    .flatMap(({ topic, partition, replicas, dirs }) =>
      replicas.map((brokerId, index) => ({
        topic,
        partition,
        brokerId,
        path: dirs?.[index] ?? 'any',
      })),
    )
    .filter(({ path }) => path !== 'any')
    .sort((a, b) => a.brokerId - b.brokerId || comparePartitions(a, b))
}

const againMs = 100

/** Asks until every broker has begun: a replica that another broker is to get has to be there first. */
export async function startDirMoves(
  cluster: Cluster,
  moves: readonly DirMove[],
  { timeoutMs, write }: { timeoutMs: number; write: (text: string) => void },
): Promise<void> {
  const { clock } = cluster.settings.host
  const endsAt = clock.monotonic() + timeoutMs
  for (let pending = moves; ; ) {
    const begun = await begin(cluster, pending)
    for (const { topic, partition, brokerId, path } of begun) {
      write(
        `Successfully started moving log directory to ${path} for replica ${partitionKey(topic, partition)} with broker ${brokerId} \n`,
      )
    }
    pending = pending.filter((move) => !begun.has(move))
    if (pending.length === 0) return
    if (clock.monotonic() >= endsAt) {
      const names = pending.map(replicaName).join(',')
      const text = `Timed out before log directory move${pending.length === 1 ? '' : 's'} could be started for: ${names}`
      throw new ToolFailure(text, { stdout: `${text}\n` })
    }
    await pause(clock, againMs)
  }
}

/** Those that have begun; a replica that is not there yet is waited for. */
async function begin(cluster: Cluster, moves: readonly DirMove[]): Promise<Set<DirMove>> {
  const begun = new Set<DirMove>()
  for (const [move, result] of await alterReplicaLogDirs(cluster, moves)) {
    if (result.ok) begun.add(move)
    else if (result.error.error !== 'REPLICA_NOT_AVAILABLE') {
      throw commandFailed(`Failed to alter dir for ${replicaName(move)}`, { cause: result.error })
    }
  }
  return begun
}

export async function dirMoveStates(
  cluster: Cluster,
  moves: readonly DirMove[],
): Promise<Map<DirMove, DirMoveState>> {
  const brokers = [...new Set(moves.map(({ brokerId }) => brokerId))]
  const placed = await Promise.all(brokers.map((id) => placesOn(cluster, id)))
  const places = new Map(brokers.map((id, index) => [id, placed[index]!]))
  return new Map(
    moves.map((move) => {
      const place = places.get(move.brokerId)?.get(partitionKey(move.topic, move.partition))
      return [move, stateOf(move, place ?? { current: null, future: null })]
    }),
  )
}

export function stateOf({ path }: { path: string }, { current, future }: Place): DirMoveState {
  if (current === null) return { kind: 'missing' }
  if (future !== null) return { kind: 'active', current, future }
  return current === path ? { kind: 'completed' } : { kind: 'idle', current }
}

async function placesOn(cluster: Cluster, brokerId: number): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  for (const { path, replicas } of await describeLogDirs(cluster, brokerId)) {
    for (const { topic, partition, isFuture } of replicas) {
      const key = partitionKey(topic, partition)
      const known = places.get(key) ?? { current: null, future: null }
      places.set(key, { ...known, ...(isFuture ? { future: path } : { current: path }) })
    }
  }
  return places
}

/** In the words of Kafka's --verify. */
export function dirMoveLine(move: DirMove, state: DirMoveState): string {
  const { topic, partition, brokerId, path } = move
  const name = partitionKey(topic, partition)
  switch (state.kind) {
    case 'missing':
      return `Partition ${name} is not found in any live log dir on broker ${brokerId}. There is likely an offline log directory on the broker.`
    case 'active':
      return state.future === path
        ? `Reassignment of replica ${replicaName(move)} is still in progress.`
        : `Partition ${name} on broker ${brokerId} is being moved to log dir ${state.future} instead of ${path}.`
    case 'idle':
      return `Partition ${name} on broker ${brokerId} is not being moved from log dir ${state.current} to ${path}.`
    case 'completed':
      return `Reassignment of replica ${replicaName(move)} completed successfully.`
  }
}

const replicaName = ({ topic, partition, brokerId }: DirMove) =>
  `${partitionKey(topic, partition)}-${brokerId}`
