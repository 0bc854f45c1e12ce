/** What raft nodes say to each other, as Kafka's APIs say it: Vote, BeginQuorumEpoch, EndQuorumEpoch, Fetch, FetchSnapshot. */
import { metadataTopicId } from '../../base/uuid.ts'
import { beginQuorumEpoch } from '../../protocol/apis/begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../../protocol/apis/end-quorum-epoch.ts'
import { fetch, noSession } from '../../protocol/apis/fetch.ts'
import { fetchSnapshot } from '../../protocol/apis/fetch-snapshot.ts'
import { vote } from '../../protocol/apis/vote.ts'
import { type ErrorName, errorName, KafkaError } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/schema.ts'
import type { FetchAnswer, RaftRequest, RaftResponse } from '../../raft/messages.ts'
import type { VoterEndpoint } from '../../raft/voters.ts'
import { summed } from './batches.ts'
import type { Peers } from './doors.ts'
import type { Place } from './places.ts'

export const metadataTopic = '__cluster_metadata'

interface Asking {
  readonly to: number
  readonly clusterId: string
  readonly request: RaftRequest
  /** Where we listen, for those who are to reach their leader. */
  readonly endpoints?: readonly VoterEndpoint[]
  /** Whoever answers tells where the leader listens. */
  readonly learn?: (id: number, place: Place) => void
  readonly timeoutMs: number
}

type Of<K extends RaftRequest['kind']> = Extract<RaftRequest, { kind: K }>
type AnswerTo<K extends RaftResponse['kind']> = Extract<RaftResponse, { kind: K }>

/** Rejects when there is no answer, or none that says anything of our partition. */
export async function askPeer(peers: Peers, asking: Asking): Promise<RaftResponse> {
  const { to, clusterId, request } = asking
  const options = { timeoutMs: asking.timeoutMs + ('waitMs' in request ? request.waitMs : 0) }
  switch (request.kind) {
    case 'vote':
      return voteAnswer(await peers.call(to, vote, voteRequest(clusterId, request), options))
    case 'begin-epoch':
      return epochAnswer(
        'begin-epoch',
        await peers.call(to, beginQuorumEpoch, beginRequest(asking, request), options),
      )
    case 'end-epoch':
      return epochAnswer(
        'end-epoch',
        await peers.call(to, endQuorumEpoch, endRequest(asking, request), options),
      )
    case 'fetch':
      return fetchAnswer(
        await peers.call(to, fetch, fetchRequest(clusterId, request), options),
        asking,
      )
    case 'fetch-snapshot':
      return snapshotAnswer(
        await peers.call(to, fetchSnapshot, snapshotRequest(clusterId, request), options),
      )
  }
}

function voteRequest(clusterId: string, request: Of<'vote'>): RequestOf<typeof vote> {
  const { epoch, voter, candidate, lastEpoch, lastOffset, preVote } = request
  const partition = {
    partitionIndex: 0,
    replicaEpoch: epoch,
    replicaId: candidate.id,
    replicaDirectoryId: candidate.directoryId,
    voterDirectoryId: voter.directoryId,
    lastOffsetEpoch: lastEpoch,
    lastOffset,
    preVote,
  }
  const topics = [{ topicName: metadataTopic, partitions: [partition] }]
  return { clusterId, voterId: voter.id, topics }
}

function voteAnswer(response: ResponseOf<typeof vote>): RaftResponse {
  const partition = only(response, response.topics[0]?.partitions[0])
  return { kind: 'vote', ...toldBy(partition), granted: partition.voteGranted }
}

function beginRequest({ clusterId, endpoints = [] }: Asking, request: Of<'begin-epoch'>) {
  const { epoch, voter, leaderId } = request
  const { directoryId: voterDirectoryId } = voter
  const partition = { partitionIndex: 0, voterDirectoryId, leaderId, leaderEpoch: epoch }
  return {
    clusterId,
    voterId: voter.id,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    leaderEndpoints: endpoints.map((each) => ({ ...each })),
  }
}

function endRequest({ clusterId, endpoints = [] }: Asking, request: Of<'end-epoch'>) {
  const { epoch, leaderId, successors } = request
  const partition = {
    partitionIndex: 0,
    leaderId,
    leaderEpoch: epoch,
    preferredSuccessors: successors.map(({ id }) => id),
    preferredCandidates: successors.map(({ id, directoryId }) => ({
      candidateId: id,
      candidateDirectoryId: directoryId,
    })),
  }
  return {
    clusterId,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    leaderEndpoints: endpoints.map((each) => ({ ...each })),
  }
}

function epochAnswer<K extends 'begin-epoch' | 'end-epoch'>(
  kind: K,
  response: ResponseOf<typeof beginQuorumEpoch>,
): AnswerTo<K> {
  const partition = only(response, response.topics[0]?.partitions[0])
  return { kind, ...toldBy(partition) } as AnswerTo<K>
}

function fetchRequest(clusterId: string, request: Of<'fetch'>): RequestOf<typeof fetch> {
  const { epoch, replica, fetchOffset, lastFetchedEpoch, highWatermark, waitMs } = request
  const partition = {
    partition: 0,
    currentLeaderEpoch: epoch,
    fetchOffset,
    lastFetchedEpoch,
    logStartOffset: -1n,
    partitionMaxBytes: 0,
    replicaDirectoryId: replica.directoryId,
    highWatermark,
  }
  return {
    // Since version 15 the replica stands in its state; the field of old may not be written any more.
    replicaId: -1,
    maxWaitMs: waitMs,
    minBytes: 0,
    maxBytes: 8 * 1024 * 1024,
    isolationLevel: 0,
    ...noSession,
    topics: [{ topic: metadataTopic, topicId: metadataTopicId, partitions: [partition] }],
    rackId: '',
    clusterId,
    replicaState: { replicaId: replica.id, replicaEpoch: -1n },
  }
}

function fetchAnswer(response: ResponseOf<typeof fetch>, { learn }: Asking): FetchAnswer {
  for (const { nodeId, host, port } of response.nodeEndpoints) learn?.(nodeId, { host, port })
  const partition = only(response, response.responses[0]?.partitions[0])
  const { currentLeader, divergingEpoch, snapshotId, records } = partition
  const { epoch, endOffset } = divergingEpoch
  return {
    kind: 'fetch',
    error: errorName(partition.errorCode),
    epoch: currentLeader.leaderEpoch,
    leaderId: currentLeader.leaderId,
    highWatermark: partition.highWatermark,
    startOffset: partition.logStartOffset,
    diverging: epoch >= 0 ? { epoch, endOffset } : null,
    snapshotId: snapshotId.endOffset >= 0n ? { ...snapshotId } : null,
    records: records === null || records.length === 0 ? null : summed(records),
  }
}

function snapshotRequest(clusterId: string, request: Of<'fetch-snapshot'>) {
  const { epoch, replica, snapshotId, position } = request
  const partition = {
    partition: 0,
    currentLeaderEpoch: epoch,
    snapshotId,
    position: BigInt(position),
    replicaDirectoryId: replica.directoryId,
  }
  return {
    clusterId,
    replicaId: replica.id,
    maxBytes: 1024 * 1024,
    topics: [{ name: metadataTopic, partitions: [partition] }],
  }
}

function snapshotAnswer(response: ResponseOf<typeof fetchSnapshot>): RaftResponse {
  const partition = only(response, response.topics[0]?.partitions[0])
  const { currentLeader, snapshotId, unalignedRecords } = partition
  return {
    kind: 'fetch-snapshot',
    error: errorName(partition.errorCode),
    epoch: currentLeader.leaderEpoch,
    leaderId: currentLeader.leaderId,
    snapshotId,
    size: Number(partition.size),
    position: Number(partition.position),
    bytes: unalignedRecords ?? new Uint8Array(0),
  }
}

function only<T>(response: { errorCode: number }, partition: T | undefined): T {
  if (response.errorCode !== 0) throw new KafkaError(errorName(response.errorCode))
  if (partition === undefined)
    throw new KafkaError('INVALID_REQUEST', 'an answer without our partition')
  return partition
}

function toldBy(partition: { errorCode: number; leaderId: number; leaderEpoch: number }): {
  error: ErrorName
  epoch: number
  leaderId: number
} {
  const { errorCode, leaderId, leaderEpoch } = partition
  return { error: errorName(errorCode), epoch: leaderEpoch, leaderId }
}
