/**
 * The checkpoint files of a log directory: an offset for each partition.
 *
 *   "0" LF, number of entries LF, then a line "topic partition offset" each
 */
import type { Disk } from '../host/disk.ts'
import { KafkaError } from '../protocol/errors.ts'

export const checkpointFiles = {
  recoveryPoint: 'recovery-point-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
  logStart: 'log-start-offset-checkpoint',
  cleaner: 'cleaner-offset-checkpoint',
} as const
export type CheckpointName = keyof typeof checkpointFiles

/** What it costs that one of them cannot be read, and what can be done. It is written anew soon; so there is nothing to mend. */
export const withoutCheckpoint: { readonly [name in CheckpointName]: string } = {
  recoveryPoint:
    'after a stop that was not clean all segments are read again, from the first one on, which takes longer; there is nothing to do',
  highWatermark:
    'replicas count as replicated from their first record on until their leader tells; there is nothing to do',
  logStart:
    'logs begin at their first segment, so that records that were deleted with DeleteRecords can be there again: delete them again where that matters',
  cleaner:
    'compacted topics are cleaned from their first record on once more; there is nothing to do',
}

/** By `topic-partition`. */
export type Checkpoint = Map<string, bigint>

export function readCheckpoint(disk: Disk, directory: string, name: CheckpointName): Checkpoint {
  const path = `${directory}/${checkpointFiles[name]}`
  if (disk.stat(path) === null) return new Map()
  return parseCheckpoint(Buffer.from(disk.readFile(path)).toString(), path)
}

export interface CheckpointEntry {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export function formatCheckpoint(entries: Iterable<CheckpointEntry>): string {
  let count = 0
  let lines = ''
  for (const { topic, partition, offset } of entries) {
    count++
    lines += `${topic} ${partition} ${offset}\n`
  }
  return `0\n${count}\n${lines}`
}

export function parseCheckpoint(text: string, path: string): Checkpoint {
  const checkpoint: Checkpoint = new Map()
  if (text === '') return checkpoint
  const [version, count, ...lines] = text.split('\n')
  if (version !== '0') throw malformed(path, `version "${version}"; only 0 is known`)
  for (const line of lines) {
    if (line === '') continue
    const match = /^(\S+) (\d+) (\d+)$/.exec(line)
    if (match === null) throw malformed(path, `the line "${line}"`)
    checkpoint.set(`${match[1]}-${match[2]}`, BigInt(match[3]!))
  }
  if (checkpoint.size !== Number(count)) {
    throw malformed(path, `${checkpoint.size} entries where it says ${count}`)
  }
  return checkpoint
}

function malformed(path: string, what: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', `${path} is malformed: ${what}`)
}
