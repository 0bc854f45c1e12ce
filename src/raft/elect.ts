/** Elections: timers that start them, ballots, and the moves to and from a role without a leader. */
import { follow } from './follow.ts'
import { lead } from './lead.ts'
import { isUpToDate, lastEpoch } from './log-view.ts'
import type { RaftRequest, RaftResponse } from './messages.ts'
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
import { isSame, isVoter, majority, type Voter } from './voters.ts'

type VoteRequest = Extract<RaftRequest, { kind: 'vote' }>
type VoteResponse = Extract<RaftResponse, { kind: 'vote' }>

export function started(turn: Turn): void {
  const { node } = turn
  // A leader that comes back cannot tell whether all that it sent out is still in its log: its epoch is over.
  const { leaderId } = node
  node.leaderId = -1
  if (leaderId >= 0 && leaderId !== node.key.id) return follow(turn, leaderId)
  enter(turn, 'unattached')
  if (!mayVote(node)) return arm(turn, 'retry', 0)
  // Alone, nobody else can lead. Otherwise nobody waits a whole timeout: a pre-vote disturbs no leader that is alive.
  if (others(node).length === 0) return runForOffice(turn)
  arm(turn, 'election', chance(node) * node.timing.electionBackoffMaxMs)
}

/** A newer epoch exists, and whoever leads it has not told us. */
export function detach(turn: Turn, epoch: number): void {
  const { node } = turn
  if (epoch > node.epoch) beginEpoch(node, epoch)
  enter(turn, 'unattached')
  waitForElection(turn)
}

/** Like everyone who has no leader: wait for one, then try. */
export function waitForElection(turn: Turn): void {
  const { node } = turn
  if (!mayVote(node)) return arm(turn, 'retry', node.timing.retryBackoffMs)
  arm(turn, 'election', electionDelay(node))
}

/** Asks whether a majority would vote for us, without disturbing anyone's epoch (KIP-996). */
export function runForOffice(turn: Turn): void {
  const { node } = turn
  abandonLeader(node)
  enter(turn, 'prospective')
  canvass(turn, true)
  if (wonBallot(node)) return stand(turn)
  arm(turn, 'election', electionDelay(node))
}

/** The real thing: a new epoch, the own vote, and the request for the others'. */
function stand(turn: Turn): void {
  const { node } = turn
  enter(turn, 'candidate')
  beginEpoch(node, node.epoch + 1)
  node.vote = node.key
  canvass(turn, false)
  if (wonBallot(node)) return lead(turn)
  arm(turn, 'election', electionDelay(node))
}

function canvass(turn: Turn, preVote: boolean): void {
  const { node } = turn
  node.ballots = new Map(isVoter(node.voters, node.key) ? [[node.key.id, true]] : [])
  for (const each of others(node)) canvassOne(turn, each, preVote)
}

function canvassOne(turn: Turn, voter: Voter, preVote: boolean): void {
  const vote = request(turn.node, voter, preVote)
  turn.effects.push({ kind: 'send', to: voter.id, request: vote })
}

function request(node: RaftNode, { id, directoryId }: Voter, preVote: boolean): VoteRequest {
  const { key: candidate, epoch, log } = node
  return {
    kind: 'vote',
    epoch,
    voter: { id, directoryId },
    candidate,
    lastEpoch: lastEpoch(log),
    lastOffset: log.endOffset,
    preVote,
  }
}

export function voteRequested(turn: Turn, ask: number, request: VoteRequest): void {
  const { node } = turn
  if (request.epoch < node.epoch) {
    return answer(turn, ask, { kind: 'vote', granted: false, ...told(node, 'FENCED_LEADER_EPOCH') })
  }
  if (!isMeant(node, request.voter)) {
    return answer(turn, ask, { kind: 'vote', granted: false, ...told(node, 'INVALID_VOTER_KEY') })
  }
  if (request.epoch > node.epoch) detach(turn, request.epoch)
  const granted = mayGrant(node, request)
  if (granted && !request.preVote) {
    node.vote = request.candidate
    // Whoever got our vote may win: it deserves the time.
    if (node.role === 'unattached') waitForElection(turn)
  }
  answer(turn, ask, { kind: 'vote', granted, ...told(node, 'NONE') })
}

function mayGrant(node: RaftNode, { candidate, preVote, ...request }: VoteRequest): boolean {
  const newest = { endOffset: request.lastOffset, epoch: request.lastEpoch }
  if (!isUpToDate(node.log, newest)) return false
  switch (node.role) {
    case 'leader':
    case 'resigned':
      return false
    case 'follower':
      // A leader that answers is alive: whoever cannot reach it must not bring it down.
      return preVote && node.following?.answered === false
    case 'prospective':
    case 'candidate':
    case 'unattached':
      if (preVote) return true
      return node.vote === null ? true : isSame(node.vote, candidate)
  }
}

export function voteAnswered(
  turn: Turn,
  from: number,
  asked: VoteRequest,
  response: VoteResponse,
): void {
  const { node } = turn
  const role = asked.preVote ? 'prospective' : 'candidate'
  if (node.role !== role || asked.epoch !== node.epoch) return
  // Another disk has answered in the voter's name: that is no voice at all.
  if (response.error === 'INVALID_VOTER_KEY') return voteUnanswered(turn, asked)
  node.ballots.set(from, response.granted)
  node.unreachable.delete(from)
  if (wonBallot(node)) return role === 'prospective' ? stand(turn) : lead(turn)
  if (response.granted) return
  // Who has not noticed yet that the leader is gone may do so in a moment; a vote that is given is given.
  if (role === 'prospective') {
    const soon = chance(node) * node.timing.electionBackoffMaxMs
    arm(turn, 'retry', node.timing.retryBackoffMs + soon / 2)
  } else if (lostBallot(node)) {
    standAgainSoon(turn)
  }
}

function standAgainSoon(turn: Turn): void {
  arm(turn, 'election', chance(turn.node) * turn.node.timing.electionBackoffMaxMs)
}

/** Somebody could not be asked; it may be back in a moment, and one voice can decide. */
export function voteUnanswered(turn: Turn, asked: VoteRequest): void {
  const { node } = turn
  const role = asked.preVote ? 'prospective' : 'candidate'
  if (node.role !== role || asked.epoch !== node.epoch) return
  arm(turn, 'retry', node.timing.retryBackoffMs)
  const { id } = asked.voter
  // A vote that was given or refused is so for good; a promise that was refused may be given, if there still is who could.
  if (role === 'candidate' ? node.ballots.has(id) : node.ballots.get(id) === true) return
  node.ballots.delete(id)
  // Only the first time: what is put off at every try never comes.
  if (node.unreachable.has(id)) return
  node.unreachable.add(id)
  if (role === 'candidate' && lostBallot(node)) standAgainSoon(turn)
}

/** It leads or looks for a leader, and so many voters are not there that nothing will be decided. */
export function isForsaken({ role, unreachable, voters }: RaftNode): boolean {
  if (role !== 'leader' && role !== 'prospective' && role !== 'candidate') return false
  const gone = voters.filter(({ id }) => unreachable.has(id))
  return gone.length > sparable({ voters })
}

/** How many voters a majority can do without. */
function sparable({ voters }: Pick<RaftNode, 'voters'>): number {
  return voters.length - majority(voters.length)
}

export function askAgain(turn: Turn): void {
  const { node } = turn
  const preVote = node.role === 'prospective'
  for (const each of others(node)) {
    const had = preVote ? node.ballots.get(each.id) === true : node.ballots.has(each.id)
    if (!had) canvassOne(turn, each, preVote)
  }
}

/** No majority in time: begin again, with a pre-vote. */
export function electionTimedOut(turn: Turn): void {
  const { node } = turn
  if (node.role === 'resigned') return detach(turn, node.epoch + 1)
  // Perhaps the others are right, and the leader that we have lost is alive: then it answers a fetch.
  if (node.role === 'prospective' && node.abandonedLeaderId >= 0) {
    return follow(turn, node.abandonedLeaderId)
  }
  runForOffice(turn)
}

/** Not to be believed in again because others still do. An observer asks around instead, and takes any word. */
export function abandonLeader(node: RaftNode): void {
  if (node.leaderId >= 0 && mayVote(node)) node.abandonedLeaderId = node.leaderId
  node.leaderId = -1
}

function wonBallot(node: RaftNode): boolean {
  return count(node, true) >= majority(node.voters.length)
}

/** Too many have said no, or all that are there have spoken: two of three who each voted for themselves wait for no third that is gone. */
function lostBallot(node: RaftNode): boolean {
  const refused = count(node, false)
  return refused > 0 && refused + node.unreachable.size > sparable(node)
}

function count(node: RaftNode, granted: boolean): number {
  let sum = 0
  for (const each of node.ballots.values()) if (each === granted) sum++
  return sum
}

/** Different for every node and every round, so that two do not stand in each other's way for ever. */
function electionDelay(node: RaftNode): number {
  return node.timing.electionTimeoutMs * (1 + chance(node))
}
