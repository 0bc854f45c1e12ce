/** What a follower asks its leader for, and what it was when it asked. */
import { zeroUuid } from '../base/uuid.ts'
import { type fetch, noSession } from '../protocol/apis/fetch.ts'
import type { RequestOf } from '../protocol/schema.ts'
import type { Hosted } from './hosted.ts'
import type { Settings } from './settings.ts'

type Request = RequestOf<typeof fetch>

/** What a request said of a replica. The answer to it says nothing of what the replica is later. */
export interface Asked {
  readonly hosted: Hosted
  readonly leaderEpoch: number
  readonly fetchOffset: bigint
}

export interface ReplicaFetchOptions {
  readonly replica: Request['replicaState']
  readonly settings: Settings
  /** Whoever rests meanwhile is to ask again by then; null: nobody does. */
  readonly waitMsMax: number | null
}

/** How a partition is found again that the answer names by its topic's id. */
export const askedKey = (topicId: string, partition: number): string => `${topicId}/${partition}`

export function replicaFetch(
  due: readonly Hosted[],
  { replica, settings, waitMsMax }: ReplicaFetchOptions,
): { request: Request; asked: Map<string, Asked> } {
  const topics = new Map<string, Request['topics'][number]>()
  const asked = new Map<string, Asked>()
  const waitMs = settings.get('replica.fetch.wait.max.ms')
  const partitionMaxBytes = settings.get('replica.fetch.max.bytes')
  for (const hosted of due) {
    const { log, state } = hosted
    const { topicId, partition, logStartOffset, logEndOffset: fetchOffset } = log
    const { leaderEpoch, highWatermark } = state
    asked.set(askedKey(topicId, partition), { hosted, leaderEpoch, fetchOffset })
    const topic = topics.get(topicId) ?? { topic: log.topic, topicId, partitions: [] }
    topics.set(topicId, topic)
    topic.partitions.push({
      partition,
      currentLeaderEpoch: leaderEpoch,
      fetchOffset,
      lastFetchedEpoch: fetchOffset > 0n ? log.epochAt(fetchOffset - 1n) : -1,
      logStartOffset,
      partitionMaxBytes,
      replicaDirectoryId: zeroUuid,
      highWatermark,
    })
  }
  const request: Request = {
    // Since version 15 it stands in replicaState alone (KIP-903).
    replicaId: -1,
    replicaState: replica,
    maxWaitMs: Math.min(waitMs, Math.ceil(waitMsMax ?? waitMs)),
    minBytes: settings.get('replica.fetch.min.bytes'),
    maxBytes: settings.get('replica.fetch.response.max.bytes'),
    isolationLevel: 0,
    ...noSession,
    topics: [...topics.values()],
    rackId: '',
    clusterId: null,
  }
  return { request, asked }
}
