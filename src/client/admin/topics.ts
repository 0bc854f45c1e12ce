/** Creating, deleting, listing and growing topics. */
import { zeroUuid } from '../../base/uuid.ts'
import { createPartitions as createPartitionsApi } from '../../protocol/apis/create-partitions.ts'
import { createTopics as createTopicsApi } from '../../protocol/apis/create-topics.ts'
import { deleteTopics as deleteTopicsApi } from '../../protocol/apis/delete-topics.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { type Result, resultOf } from '../result.ts'
import { controllerMoves, settle } from './settle.ts'

export type TimeoutOption = { timeoutMs?: number | undefined }

export type TopicListing = { name: string; topicId: string | null; isInternal: boolean }

export async function listTopics(
  cluster: Cluster,
  { timeoutMs }: TimeoutOption = {},
): Promise<TopicListing[]> {
  const answer = await cluster.retrying({ callName: 'listTopics', timeoutMs }, async (attempt) => {
    const on = await cluster.any()
    attempt.reached = true
    return cluster.metadata(null, { on })
  })
  return answer.topics.flatMap(({ name, topicId, isInternal }) =>
    name === null ? [] : [{ name, topicId: topicId === zeroUuid ? null : topicId, isInternal }],
  )
}

export type NewTopic = {
  name: string
  /** −1: the broker's `num.partitions`. */
  partitions?: number
  /** −1: the broker's `default.replication.factor`. */
  replicationFactor?: number
  /** The brokers of each partition, instead of a count and a factor. */
  assignments?: readonly (readonly number[])[]
  configs?: Readonly<Record<string, string | null>>
}

export type CreatedTopic = {
  topicId: string | null
  /** Null from a broker that does not tell. */
  partitions: number | null
  replicationFactor: number | null
}

export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  { timeoutMs, validateOnly = false }: TimeoutOption & { validateOnly?: boolean } = {},
): Promise<Map<string, Result<CreatedTopic>>> {
  const byName = new Map(topics.map((each) => [each.name, each]))
  const wanted = { callName: 'createTopics', timeoutMs, again: controllerMoves }
  return settle(cluster, wanted, byName.keys(), async (names, attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const answer = await connection.call(createTopicsApi, {
      topics: names.map((name) => creatable(byName.get(name)!)),
      timeoutMs: Math.ceil(attempt.leftMs),
      validateOnly,
    })
    return new Map(
      answer.topics.map((each) => [
        each.name,
        resultOf(each.errorCode, each.errorMessage, () => ({
          topicId: each.topicId === zeroUuid ? null : each.topicId,
          partitions: each.numPartitions < 0 ? null : each.numPartitions,
          replicationFactor: each.replicationFactor < 0 ? null : each.replicationFactor,
        })),
      ]),
    )
  })
}

function creatable({
  name,
  partitions = -1,
  replicationFactor = -1,
  assignments,
  configs = {},
}: NewTopic) {
  return {
    name,
    numPartitions: assignments === undefined ? partitions : -1,
    replicationFactor: assignments === undefined ? replicationFactor : -1,
    assignments: (assignments ?? []).map((brokerIds, partitionIndex) => ({
      partitionIndex,
      brokerIds,
    })),
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
}

export async function deleteTopics(
  cluster: Cluster,
  names: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, Result<null>>> {
  const wanted = { callName: 'deleteTopics', timeoutMs, again: controllerMoves }
  return settle(cluster, wanted, names, async (left, attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const byNames = (connection.version(deleteTopicsApi) ?? 0) < 6
    const answer = await connection.call(deleteTopicsApi, {
      ...(byNames ? { topicNames: left } : { topics: left.map(byName) }),
      timeoutMs: Math.ceil(attempt.leftMs),
    })
    return new Map(
      answer.responses.map((each) => [
        each.name ?? '',
        resultOf(each.errorCode, each.errorMessage, () => null),
      ]),
    )
  })
}

const byName = (name: string) => ({ name, topicId: zeroUuid })

/** Topic ids can be used since Kafka 2.8 (KIP-516). */
export async function deleteTopicsById(
  cluster: Cluster,
  ids: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<Map<string, Result<null>>> {
  const wanted = { callName: 'deleteTopics', timeoutMs, again: controllerMoves }
  return settle(cluster, wanted, ids, async (left, attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    if ((connection.version(deleteTopicsApi) ?? 0) < 6) {
      throw new KafkaError('UNSUPPORTED_VERSION', 'the broker does not delete topics by id')
    }
    const answer = await connection.call(deleteTopicsApi, {
      topics: left.map((topicId) => ({ name: null, topicId })),
      timeoutMs: Math.ceil(attempt.leftMs),
    })
    return new Map(
      answer.responses.map((each) => [
        each.topicId,
        resultOf(each.errorCode, each.errorMessage, () => null),
      ]),
    )
  })
}

export type MorePartitions = {
  /** How many there are to be, those that exist included. */
  count: number
  /** The brokers of each new partition; absent: the controller chooses. */
  assignments?: readonly (readonly number[])[]
}

export async function createPartitions(
  cluster: Cluster,
  topics: ReadonlyMap<string, MorePartitions>,
  { timeoutMs, validateOnly = false }: TimeoutOption & { validateOnly?: boolean } = {},
): Promise<Map<string, Result<null>>> {
  const wanted = { callName: 'createPartitions', timeoutMs, again: controllerMoves }
  return settle(cluster, wanted, topics.keys(), async (names, attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const answer = await connection.call(createPartitionsApi, {
      topics: names.map((name) => {
        const { count, assignments } = topics.get(name)!
        return {
          name,
          count,
          assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
        }
      }),
      timeoutMs: Math.ceil(attempt.leftMs),
      validateOnly,
    })
    return new Map(
      answer.results.map((each) => [
        each.name,
        resultOf(each.errorCode, each.errorMessage, () => null),
      ]),
    )
  })
}
