/** What other nodes of the quorum ask of this one: Kafka's requests as the core's, and the core's answers as Kafka's. */
import { metadataTopicId, zeroUuid } from '../../base/uuid.ts'
import type { beginQuorumEpoch } from '../../protocol/apis/begin-quorum-epoch.ts'
import type { endQuorumEpoch } from '../../protocol/apis/end-quorum-epoch.ts'
import type { fetch } from '../../protocol/apis/fetch.ts'
import type { fetchSnapshot } from '../../protocol/apis/fetch-snapshot.ts'
import type { vote } from '../../protocol/apis/vote.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import type { RaftRequest, RaftResponse } from '../../raft/messages.ts'
import type { Places } from './places.ts'
import { metadataTopic } from './wire.ts'

/** What is needed to answer: who we are, and the way to the core. */
export interface Served {
  readonly clusterId: string
  request(request: RaftRequest): Promise<RaftResponse>
  readonly places: Pick<Places, 'of' | 'noteEndpoints'>
}

type AnswerTo<K extends RaftResponse['kind']> = Extract<RaftResponse, { kind: K }>

async function ask<K extends RaftResponse['kind']>(
  served: Served,
  request: Extract<RaftRequest, { kind: K }>,
): Promise<AnswerTo<K>> {
  return (await served.request(request)) as AnswerTo<K>
}

/** Somebody of another cluster, or one who asks for another partition. */
function objection(served: Served, clusterId: string | null, partition: unknown): ErrorName | null {
  if (clusterId !== null && clusterId !== served.clusterId) return 'INCONSISTENT_CLUSTER_ID'
  return partition === undefined ? 'INVALID_REQUEST' : null
}

const inTopic = <T>(partition: T) => [{ topicName: metadataTopic, partitions: [partition] }]

const toldAs = ({ error, epoch, leaderId }: RaftResponse) => ({
  partitionIndex: 0,
  errorCode: code(error),
  leaderId,
  leaderEpoch: epoch,
})

export async function serveVote(
  served: Served,
  request: RequestOf<typeof vote>,
): Promise<SentResponseOf<typeof vote>> {
  const asked = request.topics[0]?.partitions[0]
  const error = objection(served, request.clusterId, asked)
  if (error !== null || asked === undefined) {
    return { errorCode: code(error ?? 'INVALID_REQUEST'), topics: [] }
  }
  const answer = await ask<'vote'>(served, {
    kind: 'vote',
    epoch: asked.replicaEpoch,
    voter: { id: request.voterId, directoryId: asked.voterDirectoryId },
    candidate: { id: asked.replicaId, directoryId: asked.replicaDirectoryId },
    lastEpoch: asked.lastOffsetEpoch,
    lastOffset: asked.lastOffset,
    preVote: asked.preVote,
  })
  const partition = { ...toldAs(answer), voteGranted: answer.granted }
  return { errorCode: 0, topics: inTopic(partition) }
}

export async function serveBeginEpoch(
  served: Served,
  request: RequestOf<typeof beginQuorumEpoch>,
): Promise<SentResponseOf<typeof beginQuorumEpoch>> {
  const asked = request.topics[0]?.partitions[0]
  const error = objection(served, request.clusterId, asked)
  if (error !== null || asked === undefined) {
    return { errorCode: code(error ?? 'INVALID_REQUEST'), topics: [] }
  }
  const { leaderId, leaderEpoch: epoch } = asked
  served.places.noteEndpoints(leaderId, request.leaderEndpoints)
  const answer = await ask<'begin-epoch'>(served, {
    kind: 'begin-epoch',
    epoch,
    voter: { id: request.voterId, directoryId: asked.voterDirectoryId },
    leaderId,
  })
  return { errorCode: 0, topics: inTopic(toldAs(answer)) }
}

export async function serveEndEpoch(
  served: Served,
  request: RequestOf<typeof endQuorumEpoch>,
): Promise<SentResponseOf<typeof endQuorumEpoch>> {
  const asked = request.topics[0]?.partitions[0]
  const error = objection(served, request.clusterId, asked)
  if (error !== null || asked === undefined) {
    return { errorCode: code(error ?? 'INVALID_REQUEST'), topics: [] }
  }
  const { leaderId, leaderEpoch: epoch, preferredCandidates, preferredSuccessors } = asked
  const named = preferredCandidates.map((each) => ({
    id: each.candidateId,
    directoryId: each.candidateDirectoryId,
  }))
  const older = preferredSuccessors.map((id) => ({ id, directoryId: zeroUuid }))
  const successors = named.length > 0 ? named : older
  const answer = await ask<'end-epoch'>(served, { kind: 'end-epoch', epoch, leaderId, successors })
  return { errorCode: 0, topics: inTopic(toldAs(answer)) }
}

/** Is it the metadata log that a replica fetches from? Then it is the quorum's business. */
export function isMetadataFetch(request: RequestOf<typeof fetch>): boolean {
  const topic = request.topics[0]
  return topic !== undefined && (topic.topic === metadataTopic || topic.topicId === metadataTopicId)
}

export async function serveMetadataFetch(
  served: Served,
  request: RequestOf<typeof fetch>,
): Promise<SentResponseOf<typeof fetch>> {
  const topic = request.topics[0]
  const asked = topic?.partitions[0]
  const error = objection(served, request.clusterId, asked)
  if (error !== null || asked === undefined || topic === undefined) {
    return {
      throttleTimeMs: 0,
      errorCode: code(error ?? 'INVALID_REQUEST'),
      sessionId: 0,
      responses: [],
    }
  }
  const id =
    request.replicaState.replicaId >= 0 ? request.replicaState.replicaId : request.replicaId
  const answer = await ask<'fetch'>(served, {
    kind: 'fetch',
    id: 0,
    epoch: asked.currentLeaderEpoch,
    replica: { id, directoryId: asked.replicaDirectoryId },
    fetchOffset: asked.fetchOffset,
    lastFetchedEpoch: asked.lastFetchedEpoch,
    highWatermark: asked.highWatermark,
    waitMs: request.maxWaitMs,
  })
  const { diverging, snapshotId, records, highWatermark } = answer
  const partition = {
    partitionIndex: 0,
    errorCode: code(answer.error),
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset: answer.startOffset,
    abortedTransactions: null,
    records: records?.bytes ?? new Uint8Array(0),
    divergingEpoch: diverging ?? { epoch: -1, endOffset: -1n },
    currentLeader: { leaderId: answer.leaderId, leaderEpoch: answer.epoch },
    snapshotId: snapshotId ?? { endOffset: -1n, epoch: -1 },
  }
  const responses = [{ topic: topic.topic, topicId: topic.topicId, partitions: [partition] }]
  const nodeEndpoints = leaderPlace(served, answer.leaderId)
  return { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses, nodeEndpoints }
}

/** So that whoever asked the wrong node finds the right one. */
function leaderPlace(served: Served, nodeId: number) {
  const place = served.places.of(nodeId)
  return place === null ? [] : [{ nodeId, ...place }]
}

export async function serveFetchSnapshot(
  served: Served,
  request: RequestOf<typeof fetchSnapshot>,
): Promise<SentResponseOf<typeof fetchSnapshot>> {
  const asked = request.topics[0]?.partitions[0]
  const error = objection(served, request.clusterId, asked)
  if (error !== null || asked === undefined) {
    return { throttleTimeMs: 0, errorCode: code(error ?? 'INVALID_REQUEST'), topics: [] }
  }
  const answer = await ask<'fetch-snapshot'>(served, {
    kind: 'fetch-snapshot',
    id: 0,
    epoch: asked.currentLeaderEpoch,
    replica: { id: request.replicaId, directoryId: asked.replicaDirectoryId },
    snapshotId: asked.snapshotId,
    position: Number(asked.position),
  })
  const partition = {
    index: 0,
    errorCode: code(answer.error),
    snapshotId: answer.snapshotId,
    size: BigInt(answer.size),
    position: BigInt(answer.position),
    unalignedRecords: answer.bytes,
    currentLeader: { leaderId: answer.leaderId, leaderEpoch: answer.epoch },
  }
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    topics: [{ name: metadataTopic, partitions: [partition] }],
  }
}
