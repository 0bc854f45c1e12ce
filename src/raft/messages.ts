/** What nodes of the quorum say to each other, what happens to a node, and what it wants done. */
import type { ErrorName } from '../protocol/errors.ts'
import type { VoterChange } from './change-voters.ts'
import type { EpochStart, OffsetAndEpoch } from './log-view.ts'
import type { ReplicaKey, Voter, VoterSet } from './voters.ts'

export type Verdict = ErrorName | 'NONE'

/** Record batches, with what the core must know of them. What `bytes` holds is the shell's business. */
export interface Records {
  readonly baseOffset: bigint
  readonly endOffset: bigint
  readonly epochs: readonly EpochStart[]
  /** What its control records say of the voters, at their offsets. */
  readonly voterChanges: readonly VotersTold[]
  readonly bytes: Uint8Array
}

/** A control record of the log that tells of the voters, or of kraft.version; the rest stays as it was. */
export interface VotersTold {
  readonly offset: bigint
  readonly kraftVersion?: number
  readonly voters?: readonly Voter[]
}

export type RaftRequest =
  | {
      kind: 'vote'
      epoch: number
      /** Whom it is for: another disk of the same id is somebody else. */
      voter: ReplicaKey
      candidate: ReplicaKey
      lastEpoch: number
      lastOffset: bigint
      preVote: boolean
    }
  | { kind: 'begin-epoch'; epoch: number; voter: ReplicaKey; leaderId: number }
  | { kind: 'end-epoch'; epoch: number; leaderId: number; successors: readonly ReplicaKey[] }
  | {
      kind: 'fetch'
      /** The asking node's own number for it; it does not travel. */
      id: number
      epoch: number
      replica: ReplicaKey
      fetchOffset: bigint
      lastFetchedEpoch: number
      /** As far as the follower knows; a wait ends when the leader knows more (KIP-1166). */
      highWatermark: bigint
      waitMs: number
    }
  | {
      kind: 'fetch-snapshot'
      id: number
      epoch: number
      replica: ReplicaKey
      snapshotId: OffsetAndEpoch
      position: number
    }

/** Every answer names the epoch and the leader that the answering node knows; −1: none. */
interface Told {
  error: Verdict
  epoch: number
  leaderId: number
}

export type FetchAnswer = Told & {
  kind: 'fetch'
  highWatermark: bigint
  startOffset: bigint
  diverging: OffsetAndEpoch | null
  snapshotId: OffsetAndEpoch | null
  records: Records | null
}

export type RaftResponse =
  | (Told & { kind: 'vote'; granted: boolean })
  | (Told & { kind: 'begin-epoch' })
  | (Told & { kind: 'end-epoch' })
  | FetchAnswer
  | (Told & {
      kind: 'fetch-snapshot'
      snapshotId: OffsetAndEpoch
      size: number
      position: number
      bytes: Uint8Array
    })

export type Timer =
  | 'election'
  | 'fetch'
  | 'retry'
  | 'check-quorum'
  | 'begin-epoch'
  | 'parked'
  | 'change'

/** `ask` is the shell's name for a request that waits for its answer. */
export type RaftEvent =
  | { kind: 'started' }
  | { kind: 'timeout'; timer: Timer }
  | { kind: 'request'; ask: number; request: RaftRequest }
  | { kind: 'response'; from: number; request: RaftRequest; response: RaftResponse }
  | { kind: 'unanswered'; to: number; request: RaftRequest }
  /** Its socket closed or its process ended: a hint, seen at once, beside the timeouts. */
  | { kind: 'peer-gone'; id: number }
  /** The leader's own log has grown, and then it has been flushed up to there. */
  | { kind: 'appended'; endOffset: bigint }
  | { kind: 'flushed'; endOffset: bigint }
  | { kind: 'snapshot-taken'; snapshotId: OffsetAndEpoch; startOffset: bigint }
  /** The shell has installed a snapshot as it was told, and this is what it says of the voters. */
  | { kind: 'snapshot-installed'; voterSet: VoterSet }
  | {
      kind: 'change-voters'
      ask: number
      change: VoterChange
      /** Else it is answered as soon as it stands in the log. */
      ackWhenCommitted: boolean
      timeoutMs: number
    }
  /** Where in the log the change stands that was to be appended. */
  | { kind: 'voters-appended'; voterSet: VoterSet; endOffset: bigint }
  /** A leader that is about to stop hands over. */
  | { kind: 'resign' }

export interface QuorumState {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly vote: ReplicaKey | null
}

export type RaftEffect =
  // To be written, in this order, before anything is spoken:
  | { kind: 'persist'; state: QuorumState }
  /** With `voterSet`: behind it in the same batch KRaftVersion and Voters, which only a formatted directory has said so far. */
  | {
      kind: 'append-leader-change'
      epoch: number
      granting: readonly ReplicaKey[]
      voterSet: VoterSet | null
    }
  /** With `upgrade` behind a KRaftVersion record in the same batch. At once answered with `voters-appended`. */
  | {
      kind: 'append-voters'
      epoch: number
      kraftVersion: number
      voters: readonly Voter[]
      upgrade: boolean
    }
  | { kind: 'append'; records: Records }
  | { kind: 'truncate'; offset: bigint }
  | { kind: 'write-snapshot'; snapshotId: OffsetAndEpoch; position: number; bytes: Uint8Array }
  /** The snapshot is whole: it replaces the log. */
  | { kind: 'install-snapshot'; snapshotId: OffsetAndEpoch }
  // Then:
  | { kind: 'send'; to: number; request: RaftRequest }
  | { kind: 'answer'; ask: number; response: RaftResponse }
  /** The shell reads the records from `fetchOffset` on into the answer. */
  | { kind: 'answer-with-records'; ask: number; fetchOffset: bigint; response: FetchAnswer }
  | { kind: 'answer-with-snapshot'; ask: number; snapshotId: OffsetAndEpoch; position: number }
  | { kind: 'answer-change'; ask: number; error: Verdict; message: string | null }
  | { kind: 'arm'; timer: Timer; at: number }
  | { kind: 'disarm'; timer: Timer }
  /** −1: nobody leads, or nobody knows who. */
  | { kind: 'leader'; leaderId: number; epoch: number }
  | { kind: 'high-watermark'; offset: bigint }
