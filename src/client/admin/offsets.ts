/** Offsets of partitions by what they mean, and the deletion of what lies before one. */
import { deleteRecords as deleteRecordsApi } from '../../protocol/apis/delete-records.ts'
import { listOffsets as listOffsetsApi } from '../../protocol/apis/list-offsets.ts'
import { debuggingConsumer } from '../../protocol/replica-ids.ts'
import { unsupportedVersion } from '../../protocol/versions.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { failed, type Result, resultOf } from '../result.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'
import { settleAtLeaders } from './leaders.ts'
import type { TimeoutOption } from './topics.ts'

/** A time in milliseconds, or one of the places that have a name. */
export type OffsetSpec =
  | bigint
  | 'earliest'
  | 'latest'
  | 'max-timestamp'
  | 'earliest-local'
  | 'latest-tiered'
  | 'earliest-pending-upload'

/** How the places are written on the wire, and since which version (KIP-734, 405, 1005, 1023). */
const places = {
  latest: { timestamp: -1n, since: 0 },
  earliest: { timestamp: -2n, since: 0 },
  'max-timestamp': { timestamp: -3n, since: 7 },
  'earliest-local': { timestamp: -4n, since: 8 },
  'latest-tiered': { timestamp: -5n, since: 9 },
  'earliest-pending-upload': { timestamp: -6n, since: 11 },
} as const

export type OffsetFound = {
  /** −1 where no record is as late as the time asked for. */
  offset: bigint
  /** −1 for the named places other than `max-timestamp`. */
  timestamp: bigint
  leaderEpoch: number | null
}

export type IsolationLevel = 'read_uncommitted' | 'read_committed'

export type PartitionOffsetSpec = TopicPartition & { readonly spec: OffsetSpec }

/** In `timeoutMs` all of them; partitions that do not exist are looked for until then, as Kafka's admin client does. */
export async function listOffsets<P extends PartitionOffsetSpec>(
  cluster: Cluster,
  partitions: readonly P[],
  {
    timeoutMs,
    isolationLevel = 'read_uncommitted',
  }: TimeoutOption & { isolationLevel?: IsolationLevel } = {},
): Promise<Map<P, Result<OffsetFound>>> {
  const wanted = { callName: 'listOffsets', api: 'LIST_OFFSETS', timeoutMs }
  return settleAtLeaders(cluster, wanted, partitions, async (connection, some, attempt) => {
    const results = new Map<P, Result<OffsetFound>>()
    const askable: P[] = []
    for (const each of some) {
      const usable = { lowest: typeof each.spec === 'bigint' ? 0 : places[each.spec].since }
      if (connection.version(listOffsetsApi, usable) !== null) askable.push(each)
      else {
        const error = unsupportedVersion(listOffsetsApi, connection.supported, usable)
        results.set(each, failed(error))
      }
    }
    if (askable.length === 0) return results
    const found = await ask(connection, askable, {
      isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
      timeoutMs: Math.ceil(attempt.leftMs),
      cluster,
    })
    return new Map([...results, ...found])
  })
}

async function ask<P extends PartitionOffsetSpec>(
  connection: Connection,
  partitions: readonly P[],
  how: { isolationLevel: number; timeoutMs: number; cluster: Cluster },
): Promise<Map<P, Result<OffsetFound>>> {
  const { isolationLevel, timeoutMs, cluster } = how
  const answers = new Map<string, Result<OffsetFound>[]>()
  // One request names a partition once; the same partition with another place goes into the next one.
  for (const round of rounds(partitions)) {
    const answer = await connection.call(listOffsetsApi, {
      replicaId: -1,
      isolationLevel,
      topics: [...byTopic(round)].map(([name, list]) => ({
        name,
        partitions: list.map(({ topic, partition, spec }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: cluster.leaderOf(topic, partition)?.epoch ?? -1,
          timestamp: typeof spec === 'bigint' ? spec : places[spec].timestamp,
        })),
      })),
      timeoutMs,
    })
    for (const { name, partitions: list } of answer.topics) {
      for (const { partitionIndex, errorCode, offset, timestamp, leaderEpoch } of list) {
        const key = partitionKey(name, partitionIndex)
        const result = resultOf(errorCode, null, () => ({
          offset,
          timestamp,
          leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch,
        }))
        answers.set(key, [...(answers.get(key) ?? []), result])
      }
    }
  }
  const results = new Map<P, Result<OffsetFound>>()
  for (const each of partitions) {
    const result = answers.get(partitionKey(each.topic, each.partition))?.shift()
    if (result !== undefined) results.set(each, result)
  }
  return results
}

/**
 * Where the copies on one broker end, by `partitionKey`, whether it leads them or follows. Kafka says so of followers to those who
 * ask as its debugging consumer does; partitions of which the broker has no copy are left out.
 */
export async function replicaEnds(
  cluster: Cluster,
  brokerId: number,
  partitions: readonly TopicPartition[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, bigint>> {
  const wanted = { callName: 'replicaEnds', timeoutMs }
  const latest = { timestamp: places.latest.timestamp }
  const find = () => cluster.broker(brokerId)
  const { topics } = await cluster.ask(wanted, find, listOffsetsApi, {
    replicaId: debuggingConsumer,
    isolationLevel: 0,
    topics: [...byTopic(partitions)].map(([name, list]) => ({
      name,
      partitions: list.map(({ partition }) => ({ partitionIndex: partition, ...latest })),
    })),
  })
  return new Map(
    topics.flatMap(({ name, partitions: list }) =>
      list
        .filter(({ errorCode }) => errorCode === 0)
        .map(({ partitionIndex, offset }) => [partitionKey(name, partitionIndex), offset]),
    ),
  )
}

function rounds<P extends TopicPartition>(partitions: readonly P[]): P[][] {
  const list: P[][] = []
  const seen = new Map<string, number>()
  for (const each of partitions) {
    const key = partitionKey(each.topic, each.partition)
    const round = seen.get(key) ?? 0
    seen.set(key, round + 1)
    list[round] ??= []
    list[round].push(each)
  }
  return list
}

/** Deletes what lies before the offsets (−1: everything); gives the new log start offsets. */
export async function deleteRecords<P extends TopicPartition & { readonly beforeOffset: bigint }>(
  cluster: Cluster,
  partitions: readonly P[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<P, Result<{ lowWatermark: bigint }>>> {
  const wanted = { callName: 'deleteRecords', api: 'DELETE_RECORDS', timeoutMs }
  return settleAtLeaders(cluster, wanted, partitions, async (connection, some, attempt) => {
    const answer = await connection.call(deleteRecordsApi, {
      topics: [...byTopic(some)].map(([name, list]) => ({
        name,
        partitions: list.map(({ partition, beforeOffset }) => ({
          partitionIndex: partition,
          offset: beforeOffset,
        })),
      })),
      timeoutMs: Math.ceil(attempt.leftMs),
    })
    const results = new Map<P, Result<{ lowWatermark: bigint }>>()
    for (const { name, partitions: list } of answer.topics) {
      for (const { partitionIndex, errorCode, lowWatermark } of list) {
        const asked = some.find((each) => each.topic === name && each.partition === partitionIndex)
        if (asked !== undefined)
          results.set(
            asked,
            resultOf(errorCode, null, () => ({ lowWatermark })),
          )
      }
    }
    return results
  })
}
