/**
 * KRaft (KIP-595, 630, 835, 996) as a pure state machine: `step` takes what happened and gives what is to be done. The shell
 * writes what a turn wants written before it says anything that the turn wants said.
 */
import { changeRequested, changeTimedOut } from './change-voters.ts'
import {
  askAgain,
  detach,
  electionTimedOut,
  started,
  voteAnswered,
  voteRequested,
  voteUnanswered,
} from './elect.ts'
import {
  ask,
  epochBegan,
  epochEnded,
  fetchAnswered,
  fetchTimedOut,
  fetchUnanswered,
  leaderGone,
  learn,
  snapshotAnswered,
} from './follow.ts'
import {
  advance,
  announce,
  announced,
  checkQuorum,
  deposed,
  fetchRequested,
  resign,
  snapshotRequested,
  votersAppended,
  wake,
} from './lead.ts'
import { type LogView, raiseStart } from './log-view.ts'
import type {
  QuorumState,
  RaftEffect,
  RaftEvent,
  RaftRequest,
  RaftResponse,
  Timer,
} from './messages.ts'
import { quorumStateOf, type RaftNode, type Role, type Timing, type Turn } from './node.ts'
import { currentVoters, restartVoters } from './voter-history.ts'
import type { ReplicaKey, VoterSet } from './voters.ts'

export function newNode(options: {
  key: ReplicaKey
  /** What configuration, snapshot and log say of them, in this order. */
  voterSets: readonly VoterSet[]
  bootstrap?: readonly number[]
  timing: Timing
  log: LogView
  /** As it was written last; null on the first start. */
  state: QuorumState | null
  /** Committed for sure: at least what a snapshot holds. */
  highWatermark: bigint
  seed: number
}): RaftNode {
  const { state, voterSets, bootstrap = [], ...given } = options
  return {
    ...given,
    bootstrap,
    voterSets: [...voterSets],
    voters: currentVoters({ voterSets: [...voterSets] }).voters,
    role: 'unattached',
    epoch: state?.leaderEpoch ?? 0,
    leaderId: state?.leaderId ?? -1,
    abandonedLeaderId: -1,
    vote: state?.leaderId === options.key.id ? options.key : (state?.vote ?? null),
    ballots: new Map(),
    unreachable: new Set(),
    asks: 0,
    leading: null,
    following: null,
  }
}

export function step(node: RaftNode, event: RaftEvent, now: number): RaftEffect[] {
  const turn: Turn = { node, now, effects: [] }
  const { epoch, leaderId, vote } = node
  happen(turn, event)
  const changed = node.epoch !== epoch || node.leaderId !== leaderId || node.vote !== vote
  // First of all effects: no message may leave before the vote or the epoch that it stands for is safe.
  if (changed) turn.effects.unshift({ kind: 'persist', state: quorumStateOf(node) })
  // A node that starts may remember who leads; the shell does not.
  const known = event.kind !== 'started' && node.leaderId === leaderId && node.epoch === epoch
  if (!known) {
    turn.effects.push({ kind: 'leader', leaderId: node.leaderId, epoch: node.epoch })
  }
  return turn.effects
}

function happen(turn: Turn, event: RaftEvent): void {
  const { node } = turn
  switch (event.kind) {
    case 'started':
      return started(turn)
    case 'timeout':
      return timedOut(turn, event.timer)
    case 'request':
      return requested(turn, event.ask, event.request)
    case 'response':
      return answered(turn, event.from, event.request, event.response)
    case 'unanswered':
      return unanswered(turn, event.to, event.request)
    case 'peer-gone':
      if (node.role === 'leader') node.unreachable.add(event.id)
      return node.role === 'follower' && node.leaderId === event.id ? leaderGone(turn) : undefined
    case 'appended':
      // Even if we were deposed in the meantime: the log is what it is.
      node.log.endOffset = event.endOffset
      return node.role === 'leader' ? wake(turn) : undefined
    case 'flushed':
      if (node.leading === null || event.endOffset <= node.leading.flushedOffset) return
      node.leading.flushedOffset = event.endOffset
      return advance(turn)
    case 'snapshot-taken':
      return raiseStart(node.log, event.startOffset, event.snapshotId)
    case 'snapshot-installed':
      return restartVoters(node, event.voterSet)
    case 'change-voters':
      return changeRequested(turn, event)
    case 'voters-appended':
      return votersAppended(turn, event)
    case 'resign':
      return node.role === 'leader' ? resign(turn) : undefined
  }
}

/** A timer may have run out while another event waited that ended the role which had set it. */
const timersOf: { readonly [role in Role]: readonly Timer[] } = {
  unattached: ['election', 'retry'],
  prospective: ['election', 'retry'],
  candidate: ['election', 'retry'],
  leader: ['check-quorum', 'begin-epoch', 'parked', 'change'],
  follower: ['fetch', 'retry'],
  resigned: ['election'],
}

function timedOut(turn: Turn, timer: Timer): void {
  if (!timersOf[turn.node.role].includes(timer)) return
  switch (timer) {
    case 'election':
      return electionTimedOut(turn)
    case 'fetch':
      return fetchTimedOut(turn)
    case 'retry':
      return turn.node.role === 'prospective' || turn.node.role === 'candidate'
        ? askAgain(turn)
        : ask(turn)
    case 'check-quorum':
      return checkQuorum(turn)
    case 'begin-epoch':
      return announce(turn)
    case 'parked':
      return wake(turn)
    case 'change':
      return changeTimedOut(turn)
  }
}

function requested(turn: Turn, asked: number, request: RaftRequest): void {
  switch (request.kind) {
    case 'vote':
      if (request.epoch > turn.node.epoch && turn.node.role === 'leader')
        deposed(turn, request.epoch)
      return voteRequested(turn, asked, request)
    case 'begin-epoch':
      if (request.epoch > turn.node.epoch && turn.node.role === 'leader')
        deposed(turn, request.epoch)
      return epochBegan(turn, asked, request)
    case 'end-epoch':
      if (request.epoch > turn.node.epoch && turn.node.role === 'leader')
        deposed(turn, request.epoch)
      return epochEnded(turn, asked, request)
    case 'fetch':
      return fetchRequested(turn, asked, request)
    case 'fetch-snapshot':
      return snapshotRequested(turn, asked, request)
  }
}

function answered(turn: Turn, from: number, request: RaftRequest, response: RaftResponse): void {
  const { node } = turn
  if (response.epoch > node.epoch) {
    if (node.role === 'leader') deposed(turn, response.epoch)
    else if (response.leaderId < 0) detach(turn, response.epoch)
  }
  // An old epoch's words are worth nothing; a leader that we did not know of is worth more than what was asked.
  if (response.epoch < node.epoch) return unanswered(turn, from, request)
  const { epoch, leaderId } = response
  if (leaderId >= 0 && learn(turn, { epoch, leaderId, announced: false })) return
  switch (response.kind) {
    case 'vote':
      return request.kind === 'vote' ? voteAnswered(turn, from, request, response) : undefined
    case 'begin-epoch':
      return request.epoch === node.epoch ? announced(turn, from) : undefined
    case 'end-epoch':
      return
    case 'fetch':
      return request.kind === 'fetch' ? fetchAnswered(turn, from, request, response) : undefined
    case 'fetch-snapshot':
      return request.kind === 'fetch-snapshot'
        ? snapshotAnswered(turn, from, request, response)
        : undefined
  }
}

function unanswered(turn: Turn, to: number, request: RaftRequest): void {
  switch (request.kind) {
    case 'vote':
      return voteUnanswered(turn, request)
    case 'fetch':
    case 'fetch-snapshot':
      return fetchUnanswered(turn, to, request)
    case 'begin-epoch':
    case 'end-epoch':
      return
  }
}
