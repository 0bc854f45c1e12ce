/** A follower's life: it fetches, cuts what its leader does not have, and starts over from a snapshot when it is too far behind. */
import { assert } from '../base/assert.ts'
import { abandonLeader, runForOffice, waitForElection } from './elect.ts'
import { cut, endOffsetOfEpoch, grow, lastEpoch, type OffsetAndEpoch, restart } from './log-view.ts'
import type { FetchAnswer, RaftRequest, RaftResponse } from './messages.ts'
import {
  answer,
  arm,
  beginEpoch,
  chance,
  enter,
  isMeant,
  mayVote,
  others,
  type RaftNode,
  type Turn,
  told,
} from './node.ts'
import { forgetVoters, learnVoters, votersTold } from './voter-history.ts'
import { isSame } from './voters.ts'

type BeginEpoch = Extract<RaftRequest, { kind: 'begin-epoch' }>
type EndEpoch = Extract<RaftRequest, { kind: 'end-epoch' }>
type Fetch = Extract<RaftRequest, { kind: 'fetch' }>
type FetchSnapshot = Extract<RaftRequest, { kind: 'fetch-snapshot' }>
type SnapshotAnswer = Extract<RaftResponse, { kind: 'fetch-snapshot' }>

/** The leader of the node's epoch is known. */
export function follow(turn: Turn, leaderId: number): void {
  const { node } = turn
  assert(leaderId !== node.key.id, 'nobody follows itself')
  assert(node.leaderId === -1 || node.leaderId === leaderId, 'an epoch has one leader')
  node.leaderId = leaderId
  node.abandonedLeaderId = -1
  enter(turn, 'follower')
  node.following = { asked: null, answered: false, snapshot: null }
  arm(turn, 'fetch', node.timing.fetchTimeoutMs)
  ask(turn)
}

export function epochBegan(turn: Turn, asked: number, request: BeginEpoch): void {
  const { node } = turn
  if (request.epoch < node.epoch) {
    return answer(turn, asked, { kind: 'begin-epoch', ...told(node, 'FENCED_LEADER_EPOCH') })
  }
  if (!isMeant(node, request.voter)) {
    return answer(turn, asked, { kind: 'begin-epoch', ...told(node, 'INVALID_VOTER_KEY') })
  }
  const { epoch, leaderId } = request
  learn(turn, { epoch, leaderId, announced: true })
  answer(turn, asked, { kind: 'begin-epoch', ...told(node, 'NONE') })
}

/**
 * Somebody says who leads which epoch; true if that was news. A leader that was given up comes back only by announcing itself:
 * what others say of it, and its own answers to older questions, may be from before.
 */
export function learn(
  turn: Turn,
  { epoch, leaderId, announced }: { epoch: number; leaderId: number; announced: boolean },
): boolean {
  const { node } = turn
  if (epoch < node.epoch || leaderId === node.key.id) return false
  if (epoch === node.epoch) {
    if (node.role === 'leader' || node.role === 'resigned') return false
    if (node.role === 'follower' && node.leaderId === leaderId) return false
    if (node.abandonedLeaderId === leaderId && !announced) return false
  } else {
    beginEpoch(node, epoch)
    if (node.role === 'leader') enter(turn, 'unattached')
  }
  follow(turn, leaderId)
  return true
}

/** The leader goes. Its favourite stands at once, the others give it a little time. */
export function epochEnded(turn: Turn, asked: number, request: EndEpoch): void {
  const { node } = turn
  if (request.epoch < node.epoch) {
    return answer(turn, asked, { kind: 'end-epoch', ...told(node, 'FENCED_LEADER_EPOCH') })
  }
  learn(turn, { ...request, announced: false })
  answer(turn, asked, { kind: 'end-epoch', ...told(node, 'NONE') })
  if (node.role !== 'follower' || node.leaderId !== request.leaderId || !mayVote(node)) return
  leave(turn)
  const place = request.successors.findIndex((each) => isSame(each, node.key))
  if (place === 0) return runForOffice(turn)
  const { electionBackoffMaxMs } = node.timing
  arm(turn, 'election', electionBackoffMaxMs * (Math.max(place, 1) + chance(node)))
}

/** The leader's process is gone: no need to wait for the timeout, only not all at the same moment. */
export function leaderGone(turn: Turn): void {
  const { node } = turn
  if (!mayVote(node)) return
  const rivals = others(node).filter(({ id }) => id !== node.leaderId)
  const place = rivals.filter(({ id }) => id < node.key.id).length
  leave(turn)
  // All hear of it at once. Where each picked any moment, two of three would stand at the same one now and then, and split the votes.
  const slotMs = node.timing.electionBackoffMaxMs / (rivals.length + 1)
  arm(turn, 'election', slotMs * (place + chance(node)))
}

/** Follower no more, but still in this epoch and without another vote in it. */
function leave(turn: Turn): void {
  enter(turn, 'unattached')
  abandonLeader(turn.node)
}

export function fetchTimedOut(turn: Turn): void {
  const { node } = turn
  if (mayVote(node)) return runForOffice(turn)
  leave(turn)
  waitForElection(turn)
}

/** Sends the next fetch, unless one is on its way. Without a leader an observer asks around who it is. */
export function ask(turn: Turn): void {
  const { node } = turn
  if (node.role === 'unattached' && !mayVote(node)) return askAround(turn)
  const { following } = node
  if (following === null || following.asked !== null) return
  const request = nextRequest(node)
  following.asked = request.id
  turn.effects.push({ kind: 'send', to: node.leaderId, request })
}

function askAround(turn: Turn): void {
  const { node } = turn
  const known = [...new Set([...others(node).map(({ id }) => id), ...node.bootstrap])]
  const to = known[Math.floor(chance(node) * known.length)]
  if (to !== undefined) {
    turn.effects.push({ kind: 'send', to, request: { ...fetchOf(node), waitMs: 0 } })
  }
  arm(turn, 'retry', node.timing.fetchTimeoutMs / 4)
}

function nextRequest(node: RaftNode): Fetch | FetchSnapshot {
  const snapshot = node.following?.snapshot
  if (snapshot === null || snapshot === undefined) return fetchOf(node)
  const { endOffset, epoch, position } = snapshot
  const { key: replica, epoch: leaderEpoch } = node
  const snapshotId = { endOffset, epoch }
  const id = ++node.asks
  return { kind: 'fetch-snapshot', id, epoch: leaderEpoch, replica, snapshotId, position }
}

function fetchOf(node: RaftNode): Fetch {
  return {
    kind: 'fetch',
    id: ++node.asks,
    epoch: node.epoch,
    replica: node.key,
    fetchOffset: node.log.endOffset,
    lastFetchedEpoch: lastEpoch(node.log),
    highWatermark: node.highWatermark,
    waitMs: node.timing.fetchWaitMs,
  }
}

/**
 * An answer counts if it is the one that is waited for. Another may have been on its way since before this node lost its
 * leader and found it again: what it says of the log was true then.
 */
function accept(turn: Turn, from: number, asked: Fetch | FetchSnapshot): boolean {
  const { node } = turn
  const { following } = node
  if (following === null || node.leaderId !== from || asked.epoch !== node.epoch) return false
  if (following.asked !== asked.id) return false
  following.asked = null
  return true
}

export function fetchAnswered(turn: Turn, from: number, asked: Fetch, response: FetchAnswer): void {
  if (!accept(turn, from, asked)) return
  const { node } = turn
  if (response.error !== 'NONE') return arm(turn, 'retry', node.timing.retryBackoffMs)
  heardOfLeader(turn)
  if (response.diverging !== null) truncate(turn, response.diverging)
  else if (response.snapshotId !== null) {
    node.following!.snapshot = { ...response.snapshotId, position: 0 }
  } else {
    const { records } = response
    if (records !== null && records.baseOffset === node.log.endOffset) {
      turn.effects.push({ kind: 'append', records })
      grow(node.log, records.endOffset, records.epochs)
      learnVoters(node, votersTold(node, records.voterChanges))
    }
    raiseHighWatermark(turn, response.highWatermark)
  }
  ask(turn)
}

function heardOfLeader(turn: Turn): void {
  turn.node.following!.answered = true
  arm(turn, 'fetch', turn.node.timing.fetchTimeoutMs)
}

function truncate(turn: Turn, diverging: OffsetAndEpoch): void {
  const { node } = turn
  const own = endOffsetOfEpoch(node.log, diverging.epoch)
  const offset = lower(own.endOffset, diverging.endOffset)
  assert(offset >= node.highWatermark, 'what a majority holds is never cut')
  if (offset >= node.log.endOffset) return
  turn.effects.push({ kind: 'truncate', offset })
  cut(node.log, offset)
  forgetVoters(node, offset)
}

function raiseHighWatermark(turn: Turn, leaders: bigint): void {
  const { node } = turn
  const offset = lower(leaders, node.log.endOffset)
  if (offset <= node.highWatermark) return
  node.highWatermark = offset
  turn.effects.push({ kind: 'high-watermark', offset })
}

function lower(one: bigint, other: bigint): bigint {
  if (one < other) return one
  return other
}

export function snapshotAnswered(
  turn: Turn,
  from: number,
  asked: FetchSnapshot,
  response: SnapshotAnswer,
): void {
  if (!accept(turn, from, asked)) return
  const { node } = turn
  const following = node.following!
  const { snapshot } = following
  if (response.error !== 'NONE' || snapshot === null) {
    // The leader has dropped it for a newer one: a fetch will tell which.
    following.snapshot = null
    return arm(turn, 'retry', node.timing.retryBackoffMs)
  }
  heardOfLeader(turn)
  const { endOffset, epoch } = snapshot
  const snapshotId = { endOffset, epoch }
  if (response.position === snapshot.position) {
    const { position, bytes } = response
    turn.effects.push({ kind: 'write-snapshot', snapshotId, position, bytes })
    snapshot.position += bytes.length
  }
  if (snapshot.position >= response.size) {
    following.snapshot = null
    turn.effects.push({ kind: 'install-snapshot', snapshotId })
    restart(node.log, snapshotId)
    raiseHighWatermark(turn, endOffset)
  }
  ask(turn)
}

export function fetchUnanswered(turn: Turn, to: number, asked: Fetch | FetchSnapshot): void {
  if (accept(turn, to, asked)) arm(turn, 'retry', turn.node.timing.retryBackoffMs)
}
