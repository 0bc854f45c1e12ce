import { listPartitionReassignments } from '../../client/admin/cluster.ts'
import { comparePartitions, type TopicPartition } from '../../client/topic-partition.ts'
import { type Shown, show } from '../output/show.ts'
import { replicasIfAny } from './ask.ts'
import {
  type DirMove,
  type DirMoveState,
  dirMoveLine,
  dirMoveStates,
  dirMovesOf,
} from './dir-moves.ts'
import { parseTargets, read } from './files.ts'
import { nameOf, placeOf, type Run } from './run.ts'
import { clearThrottles } from './throttles.ts'

type Progress = TopicPartition & {
  readonly state: 'in-progress' | 'completed' | 'not-active'
  readonly replicas: readonly number[]
  readonly wanted: readonly number[]
}
type DirProgress = readonly [DirMove, DirMoveState]

export async function verify({ options, cluster, machine, form }: Run): Promise<void> {
  const targets = parseTargets(read(options.text('reassignment-json-file')!))
  const active = new Set((await listPartitionReassignments(cluster)).map(nameOf))
  const current = await replicasIfAny(cluster, targets)
  const partitions = [...targets].sort(comparePartitions).map((target): Progress => {
    const name = nameOf(target)
    const replicas = current.get(name) ?? []
    const isThere = replicas.join(',') === target.replicas.join(',')
    const state = active.has(name) ? 'in-progress' : isThere ? 'completed' : 'not-active'
    return { ...placeOf(target), state, replicas, wanted: target.replicas }
  })
  const dirMoves = [...(await dirMoveStates(cluster, dirMovesOf(targets)))]
  await show(shown(partitions, dirMoves), { form, machine })
  const isGoingOn =
    targets.some((target) => active.has(nameOf(target))) ||
    dirMoves.some(([, { kind }]) => kind === 'active')
  if (!isGoingOn && !options.has('preserve-throttles')) {
    // For a program, what Kafka's tool says is talk.
    const talk = form === 'json' ? machine.stderr : machine.stdout
    await clearThrottles(cluster, targets, (text) => talk.write(text))
  }
}

function shown(partitions: readonly Progress[], dirMoves: readonly DirProgress[]): Shown {
  return {
    json: () => ({
      partitions,
      directories: dirMoves.map(([move, { kind }]) => ({ ...move, state: kind })),
    }),
    plain: () =>
      `Status of partition reassignment:\n${partitions
        .map((each) => `${partitionLine(each)}\n`)
        .join('')}${dirMoves.map(([move, state]) => dirMoveLine(move, state)).join('\n')}\n`,
    none: 'The plan has no partitions.\n',
    table: () => ({
      head: ['TOPIC', 'PARTITION', 'REPLICAS NOW', 'WANTED', ''],
      rows: [...partitions.map(partitionRow), ...dirMoves.map(dirRow)],
      aligns: ['left', 'right', 'left', 'left', 'left'],
    }),
  }
}

function partitionLine({ state, replicas, wanted, ...place }: Progress): string {
  const name = nameOf(place)
  if (state === 'in-progress') return `Reassignment of partition ${name} is still in progress.`
  if (state === 'completed') return `Reassignment of partition ${name} is completed.`
  return `There is no active reassignment of partition ${name}, but replica set is ${replicas.join(',')} rather than ${wanted.join(',')}.`
}

const words = {
  'in-progress': 'still moving',
  completed: 'done',
  'not-active': 'neither there nor moving',
}

function partitionRow({ topic, partition, replicas, wanted, state }: Progress): string[] {
  const ids = [replicas, wanted].map((each) => each.join(','))
  return [topic, String(partition), ...ids, words[state]]
}

function dirRow([move, state]: DirProgress): string[] {
  const { topic, partition, brokerId, path } = move
  const now = state.kind === 'completed' ? path : 'current' in state ? state.current : ''
  const on = (dir: string) => (dir === '' ? `${brokerId}` : `${brokerId}: ${dir}`)
  return [topic, String(partition), on(now), on(path), dirWords(move, state)]
}

function dirWords({ path }: DirMove, state: DirMoveState): string {
  switch (state.kind) {
    case 'missing':
      return 'in no log directory that is online'
    case 'active':
      return state.future === path ? 'still moving' : `moving to ${state.future} instead`
    case 'idle':
      return 'neither there nor moving'
    case 'completed':
      return 'done'
  }
}
