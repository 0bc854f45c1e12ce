/** A leader's life: it tells the voters, answers their fetches, moves the high watermark, and goes when a majority is silent. */
import { changeAbandoned, changeCommitted } from './change-voters.ts'
import { detach } from './elect.ts'
import { grow, positionOf } from './log-view.ts'
import type { FetchAnswer, RaftEvent, RaftRequest } from './messages.ts'
import {
  answer,
  arm,
  enter,
  type Leading,
  others,
  type Parked,
  type Replica,
  type Turn,
  told,
} from './node.ts'
import { currentVoters, learnVoters } from './voter-history.ts'
import {
  isSame,
  isVoter,
  majorityOffset,
  majorityTime,
  type Voter,
  type VoterSet,
} from './voters.ts'

type Fetch = Extract<RaftRequest, { kind: 'fetch' }>
type FetchSnapshot = Extract<RaftRequest, { kind: 'fetch-snapshot' }>

export function lead(turn: Turn): void {
  const { node, now } = turn
  const granting = node.voters
    .filter(({ id }) => node.ballots.get(id) === true)
    .map(({ id, directoryId }) => ({ id, directoryId }))
  enter(turn, 'leader')
  node.leaderId = node.key.id
  const epochStartOffset = node.log.endOffset
  node.leading = {
    epochStartOffset,
    since: now,
    flushedOffset: epochStartOffset,
    replicas: new Map(),
    uninformed: new Set(others(node).map(({ id }) => id)),
    parked: [],
    change: null,
  }
  // Only entries of the leader's own epoch count: an older one may sit on a majority and still be overwritten (Raft §5.4.2).
  const voterSet = unwritten(node)
  turn.effects.push({ kind: 'append-leader-change', epoch: node.epoch, granting, voterSet })
  const endOffset = epochStartOffset + (voterSet === null ? 1n : 3n)
  grow(node.log, endOffset, [{ epoch: node.epoch, startOffset: epochStartOffset }])
  if (voterSet !== null) learnVoters(node, [{ ...voterSet, offset: endOffset - 1n }])
  watch(turn)
}

/** Voters that only the directory's format has told: the log must say it too, for those who come later. */
function unwritten(node: Turn['node']): VoterSet | null {
  const current = currentVoters(node)
  return current.offset < 0n && current.kraftVersion > 0 ? current : null
}

/** Keeps in touch with the voters, if there are others. */
function watch(turn: Turn): void {
  if (others(turn.node).length > 0) arm(turn, 'check-quorum', checkQuorumMs(turn))
  announce(turn)
}

/** Who votes has changed, by this leader's own word: it counts from now on. */
export function votersAppended(
  turn: Turn,
  { voterSet, endOffset }: Extract<RaftEvent, { kind: 'voters-appended' }>,
): void {
  const { node } = turn
  learnVoters(node, [voterSet])
  node.log.endOffset = endOffset
  const { leading } = node
  if (leading === null) return
  if (leading.change !== null) leading.change.offset = voterSet.offset
  for (const { id } of others(node)) if (!leading.replicas.has(id)) leading.uninformed.add(id)
  watch(turn)
  wake(turn)
  advance(turn)
}

/** Followers learn of their leader by its word. It is repeated to those who do not fetch, or have ceased to. */
export function announce(turn: Turn): void {
  const { node, now } = turn
  const { uninformed, replicas, since } = node.leading!
  const intervalMs = node.timing.fetchTimeoutMs / 2
  for (const { id: to, directoryId } of others(node)) {
    const silent = now - (replicas.get(to)?.lastFetchAt ?? since) >= intervalMs
    if (!silent && !uninformed.has(to)) continue
    const { epoch, key } = node
    const voter = { id: to, directoryId }
    turn.effects.push({
      kind: 'send',
      to,
      request: { kind: 'begin-epoch', epoch, voter, leaderId: key.id },
    })
  }
  if (others(node).length > 0) arm(turn, 'begin-epoch', intervalMs)
}

export function announced(turn: Turn, from: number): void {
  turn.node.leading?.uninformed.delete(from)
}

export function fetchRequested(turn: Turn, ask: number, request: Fetch): void {
  const { node } = turn
  const refused = refusal(turn, request.epoch)
  if (refused !== null) return answer(turn, ask, fetchAnswer(turn, { error: refused }))
  const position = positionOf(node.log, request.fetchOffset, request.lastFetchedEpoch)
  if (position.kind === 'diverging') {
    return answer(turn, ask, fetchAnswer(turn, { diverging: position.at }))
  }
  if (position.kind === 'snapshot') {
    heardOf(turn, request)
    return answer(turn, ask, fetchAnswer(turn, { snapshotId: position.id }))
  }
  heardOf(turn, request).endOffset = request.fetchOffset
  advance(turn)
  if (refusal(turn, request.epoch) !== null) {
    return answer(turn, ask, fetchAnswer(turn, { error: 'NOT_LEADER_OR_FOLLOWER' }))
  }
  const { replica, fetchOffset, highWatermark, waitMs } = request
  const parked: Parked = { ask, replica, fetchOffset, highWatermark, until: turn.now + waitMs }
  const leading = node.leading!
  // A replica that asks again has given up its earlier question.
  const stale = leading.parked.filter((each) => sameReplica(each, parked))
  leading.parked = leading.parked.filter((each) => !sameReplica(each, parked))
  for (const each of stale) answer(turn, each.ask, fetchAnswer(turn, {}))
  if (waitMs <= 0 || hasNews(turn, parked)) return tell(turn, parked)
  leading.parked.push(parked)
  armParked(turn, leading)
}

const sameReplica = (one: Parked, other: Parked): boolean =>
  one.replica.id >= 0 &&
  one.replica.id === other.replica.id &&
  one.replica.directoryId === other.replica.directoryId

export function refusal(turn: Turn, epoch: number) {
  const { node } = turn
  if (epoch < node.epoch) return 'FENCED_LEADER_EPOCH' as const
  if (epoch > node.epoch) return 'UNKNOWN_LEADER_EPOCH' as const
  return node.role === 'leader' ? null : ('NOT_LEADER_OR_FOLLOWER' as const)
}

function heardOf(turn: Turn, request: Fetch | FetchSnapshot): Replica {
  const { node, now } = turn
  const { replicas, uninformed } = node.leading!
  const { replica: key } = request
  uninformed.delete(key.id)
  let replica = replicas.get(key.id)
  if (replica === undefined || replica.key.directoryId !== key.directoryId) {
    replica = { key, endOffset: -1n, lastFetchAt: now, caughtUpAt: -1, leaderEndAtFetch: -1n }
    replicas.set(key.id, replica)
  }
  if (request.kind === 'fetch') {
    if (request.fetchOffset >= node.log.endOffset) replica.caughtUpAt = now
    else if (replica.leaderEndAtFetch >= 0n && request.fetchOffset >= replica.leaderEndAtFetch) {
      replica.caughtUpAt = Math.max(replica.caughtUpAt, replica.lastFetchAt)
    }
    replica.leaderEndAtFetch = node.log.endOffset
  }
  replica.lastFetchAt = now
  node.unreachable.delete(replica.key.id)
  return replica
}

/** The high watermark goes where a majority is, once something of this epoch is there. */
export function advance(turn: Turn): void {
  const { node } = turn
  const { epochStartOffset, flushedOffset } = node.leading!
  const ends = node.voters.map((voter) =>
    isSame(voter, node.key) ? flushedOffset : (replicaOf(turn, voter)?.endOffset ?? -1n),
  )
  const offset = majorityOffset(ends)
  if (offset <= epochStartOffset || offset <= node.highWatermark) return
  node.highWatermark = offset
  turn.effects.push({ kind: 'high-watermark', offset })
  wake(turn)
  changeCommitted(turn)
  // It has led until its own removal was safe, or it was needed for that.
  const isOut = currentVoters(node).offset < offset && !isVoter(node.voters, node.key)
  if (isOut) resign(turn)
}

/** What is known of a voter; another disk of the same id says nothing of it. */
function replicaOf({ node }: Turn, voter: Voter): Replica | undefined {
  const replica = node.leading!.replicas.get(voter.id)
  return replica !== undefined && isSame(voter, replica.key) ? replica : undefined
}

/** Answers every parked fetch for which there is something new. */
export function wake(turn: Turn): void {
  const leading = turn.node.leading!
  const { parked } = leading
  if (parked.length === 0) return
  const told = parked.filter((each) => each.until <= turn.now || hasNews(turn, each))
  leading.parked = parked.filter((each) => !told.includes(each))
  for (const each of told) tell(turn, each)
  armParked(turn, leading)
}

function hasNews({ node }: Turn, { fetchOffset, highWatermark }: Parked): boolean {
  return fetchOffset < node.log.endOffset || highWatermark < node.highWatermark
}

function tell(turn: Turn, { ask, fetchOffset }: Parked): void {
  const response = fetchAnswer(turn, {})
  if (fetchOffset >= turn.node.log.endOffset) return answer(turn, ask, response)
  turn.effects.push({ kind: 'answer-with-records', ask, fetchOffset, response })
}

function armParked(turn: Turn, { parked }: Leading): void {
  if (parked.length === 0) return void turn.effects.push({ kind: 'disarm', timer: 'parked' })
  const at = parked.reduce((earliest, { until }) => Math.min(earliest, until), Number.MAX_VALUE)
  turn.effects.push({ kind: 'arm', timer: 'parked', at })
}

function fetchAnswer(turn: Turn, say: Partial<FetchAnswer>): FetchAnswer {
  const { node } = turn
  return {
    kind: 'fetch',
    ...told(node, 'NONE'),
    highWatermark: node.highWatermark,
    startOffset: node.log.startOffset,
    diverging: null,
    snapshotId: null,
    records: null,
    ...say,
  }
}

export function snapshotRequested(turn: Turn, ask: number, request: FetchSnapshot): void {
  const refused = refusal(turn, request.epoch)
  const { snapshotId, position } = request
  if (refused !== null) {
    const empty = { snapshotId, size: 0, position: 0, bytes: new Uint8Array(0) }
    return answer(turn, ask, { kind: 'fetch-snapshot', ...told(turn.node, refused), ...empty })
  }
  heardOf(turn, request)
  turn.effects.push({ kind: 'answer-with-snapshot', ask, snapshotId, position })
}

/** KIP-835: a leader whom no majority fetches from any more may have been replaced without knowing. */
export function checkQuorum(turn: Turn): void {
  const { node, now } = turn
  const { since } = node.leading!
  const times = node.voters.map((voter) =>
    isSame(voter, node.key) ? now : (replicaOf(turn, voter)?.lastFetchAt ?? since),
  )
  const left = majorityTime(times) + checkQuorumMs(turn) - now
  // A clock that rounds must not bring the same moment back again and again.
  if (left > 0) return arm(turn, 'check-quorum', Math.max(left, 1))
  resign(turn)
}

const checkQuorumMs = ({ node }: Turn): number => node.timing.fetchTimeoutMs * 1.5

/** Hands over: whoever holds most of the log is asked to stand first. */
export function resign(turn: Turn): void {
  const { node } = turn
  const leading = node.leading!
  const { replicas, parked } = leading
  const { epoch, key } = node
  const end = ({ id }: Voter) => replicas.get(id)?.endOffset ?? -1n
  const successors = others(node)
    .toSorted((a, b) => (end(a) < end(b) ? 1 : end(a) > end(b) ? -1 : 0))
    .map(({ id, directoryId }) => ({ id, directoryId }))
  changeAbandoned(turn, leading)
  enter(turn, 'resigned')
  node.leaderId = -1
  for (const each of parked) {
    answer(turn, each.ask, fetchAnswer(turn, { error: 'NOT_LEADER_OR_FOLLOWER' }))
  }
  for (const { id: to } of others(node)) {
    const request = { kind: 'end-epoch', epoch, leaderId: key.id, successors } as const
    turn.effects.push({ kind: 'send', to, request })
  }
  arm(turn, 'election', node.timing.electionTimeoutMs)
}

/** Somebody has a newer epoch. Whoever waited for us must look elsewhere. */
export function deposed(turn: Turn, epoch: number): void {
  const { leading } = turn.node
  const parked = leading?.parked ?? []
  changeAbandoned(turn, leading)
  detach(turn, epoch)
  for (const each of parked) {
    answer(turn, each.ask, fetchAnswer(turn, { error: 'FENCED_LEADER_EPOCH' }))
  }
}
