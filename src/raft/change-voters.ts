/**
 * A leader changes who votes (KIP-853). One voter at a time, so that any majority of the old set and any of the new one have a
 * voter in common; and only when the change before and an entry of the leader's own epoch are committed, so that no other
 * leader can have begun another change that this one does not know of.
 *
 *   asked ─▶ refused
 *     └────▶ appended (counts at once) ─▶ committed: answered; a leader that is no voter any more resigns
 *                                     └─▶ out of time, or deposed: answered with an error, may still be committed
 */
import type { RaftEvent, Verdict } from './messages.ts'
import { arm, type Leading, type RaftNode, type Turn } from './node.ts'
import { currentVoters } from './voter-history.ts'
import { isSame, type ReplicaKey, type Voter } from './voters.ts'

export type VoterChange =
  | { readonly kind: 'add'; readonly voter: Voter }
  | { readonly kind: 'remove'; readonly key: ReplicaKey }
  /** A voter has moved, or understands something else. */
  | { readonly kind: 'update'; readonly voter: Voter }
  /** From static voters to those of the log: the same ones, by their directories now. */
  | { readonly kind: 'upgrade'; readonly kraftVersion: number; readonly voters: readonly Voter[] }

export interface Refusal {
  readonly error: Verdict
  readonly message: string | null
}

type Asked = Extract<RaftEvent, { kind: 'change-voters' }>

export function changeRequested(turn: Turn, asked: Asked): void {
  const { node } = turn
  const { ask, change, ackWhenCommitted, timeoutMs } = asked
  const refused = objection(node, change) ?? lag(turn, change)
  if (refused !== null) return answerChange(turn, ask, refused)
  const leading = node.leading!
  const voters = changed(node.voters, change)
  const kraftVersion =
    change.kind === 'upgrade' ? change.kraftVersion : currentVoters(node).kraftVersion
  leading.change = { ask: ackWhenCommitted ? ask : null, offset: null }
  const upgrade = change.kind === 'upgrade'
  turn.effects.push({ kind: 'append-voters', epoch: node.epoch, kraftVersion, voters, upgrade })
  if (ackWhenCommitted) arm(turn, 'change', timeoutMs)
  else answerChange(turn, ask, { error: 'NONE', message: null })
}

/** What speaks against a change, but for how far a new voter has come. */
export function objection(node: RaftNode, change: VoterChange): Refusal | null {
  const { leading, highWatermark } = node
  if (node.role !== 'leader' || leading === null) return refuse('NOT_LEADER_OR_FOLLOWER', null)
  if (leading.change !== null) {
    return refuse(
      'REQUEST_TIMED_OUT',
      'Request timed out waiting for leader to handle previous voter change request',
    )
  }
  if (highWatermark <= leading.epochStartOffset) {
    return refuse(
      'REQUEST_TIMED_OUT',
      'Request timed out waiting for leader to establish HWM and fence previous voter changes',
    )
  }
  const { offset, kraftVersion } = currentVoters(node)
  if (kraftVersion < 1 && change.kind !== 'upgrade') {
    const attempted = { add: 'adding', remove: 'removing', update: 'updating' }[change.kind]
    return refuse(
      'UNSUPPORTED_VERSION',
      `Cluster doesn't support ${attempted} voter because the kraft.version feature is ${kraftVersion}`,
    )
  }
  if (offset >= highWatermark) {
    return refuse(
      'REQUEST_TIMED_OUT',
      `Request timed out waiting for voters to commit the latest voter change at Optional[${offset}] with HWM ${highWatermark}`,
    )
  }
  return objectionTo(node, change, kraftVersion)
}

function objectionTo(
  { voters }: RaftNode,
  change: VoterChange,
  kraftVersion: number,
): Refusal | null {
  switch (change.kind) {
    case 'add':
      if (!voters.some(({ id }) => id === change.voter.id)) {
        return understands(change.voter, kraftVersion)
      }
      return refuse(
        'DUPLICATE_VOTER',
        `The voter id for ${named(change.voter)} is already part of the set of voters ${setOf(voters)}.`,
      )
    case 'update':
      if (isMember(voters, change.voter)) return understands(change.voter, kraftVersion)
      return refuse('VOTER_NOT_FOUND', null)
    case 'remove':
      // The only voter cannot go either; Kafka says it in the same words.
      if (isMember(voters, change.key) && voters.length > 1) return null
      return refuse(
        'VOTER_NOT_FOUND',
        `Cannot remove voter ${named(change.key)} from the set of voters ${setOf(voters)}`,
      )
    case 'upgrade':
      return change.kraftVersion > kraftVersion
        ? null
        : refuse('INVALID_UPDATE_VERSION', 'kraft.version cannot be downgraded')
  }
}

/** Here the directory counts too: who asks must mean the very voter. */
const isMember = (voters: readonly ReplicaKey[], key: ReplicaKey): boolean =>
  voters.some((voter) => voter.id === key.id && voter.directoryId === key.directoryId)

function understands(voter: Voter, level: number): Refusal | null {
  const { min, max } = voter.kraftVersion
  if (min <= level && level <= max) return null
  return refuse(
    'INVALID_REQUEST',
    `Aborted add voter operation for ${named(voter)} since the kraft.version range (min: ${min}, max: ${max}) doesn't support the finalized version ${level}`,
  )
}

/** With a voter that is far behind, nothing might be committed for a long time. */
function lag({ node, now }: Turn, change: VoterChange): Refusal | null {
  if (change.kind !== 'add') return null
  const known = node.leading!.replicas.get(change.voter.id)
  const isThere = known !== undefined && isSame(change.voter, known.key)
  if (isThere && known.caughtUpAt >= 0 && known.caughtUpAt >= now - node.timing.fetchTimeoutMs) {
    return null
  }
  return refuse(
    'REQUEST_TIMED_OUT',
    `Aborted add voter operation for ${named(change.voter)} since it is lagging behind`,
  )
}

function changed(voters: readonly Voter[], change: VoterChange): readonly Voter[] {
  switch (change.kind) {
    case 'add':
      return [...voters, change.voter].sort((a, b) => a.id - b.id)
    case 'remove':
      return voters.filter(({ id }) => id !== change.key.id)
    case 'update':
      return voters.map((each) => (each.id === change.voter.id ? change.voter : each))
    case 'upgrade':
      return change.voters
  }
}

/** The high watermark has moved. */
export function changeCommitted(turn: Turn): void {
  const { node } = turn
  const { change } = node.leading!
  if (change === null || change.offset === null || change.offset >= node.highWatermark) return
  endChange(turn, node.leading!, { error: 'NONE', message: null })
}

export function changeTimedOut(turn: Turn): void {
  const { change } = turn.node.leading!
  if (change === null || change.ask === null) return
  answerChange(turn, change.ask, { error: 'REQUEST_TIMED_OUT', message: null })
  // It stands in the log, and the next one waits for it all the same.
  change.ask = null
}

/** Whoever waits for a change hears that this leader leads no more. */
export function changeAbandoned(turn: Turn, leading: Leading | null): void {
  if (leading?.change) endChange(turn, leading, refuse('NOT_LEADER_OR_FOLLOWER', null))
}

function endChange(turn: Turn, leading: Leading, how: Refusal): void {
  const ask = leading.change?.ask ?? null
  leading.change = null
  turn.effects.push({ kind: 'disarm', timer: 'change' })
  if (ask !== null) answerChange(turn, ask, how)
}

function answerChange(turn: Turn, ask: number, { error, message }: Refusal): void {
  turn.effects.push({ kind: 'answer-change', ask, error, message })
}

const refuse = (error: Verdict, message: string | null): Refusal => ({ error, message })

const named = ({ id, directoryId }: ReplicaKey): string =>
  `ReplicaKey(id=${id}, directoryId=${directoryId})`

const setOf = (voters: readonly ReplicaKey[]): string => `[${voters.map(named).join(', ')}]`
