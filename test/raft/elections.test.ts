/** Elections among three: whoever cannot reach a leader that is alive asks in vain (KIP-996); who stands when, and again after a split vote. */
import { expect, test } from 'vitest'
import { isForsaken } from '../../src/raft/elect.ts'
import type { RaftEffect, RaftEvent, RaftRequest } from '../../src/raft/messages.ts'
import type { RaftNode } from '../../src/raft/node.ts'
import { newNode, step } from '../../src/raft/raft.ts'

const key = (id: number) => ({ id, directoryId: `directory-${id}` })
const kraftVersion = { min: 0, max: 1 }
const voters = [1, 2, 3].map((id) => ({ ...key(id), endpoints: [], kraftVersion }))
const epoch = 5

/** One that has voted in epoch 5, which another one leads. */
function node(id: number): RaftNode {
  return newNode({
    key: key(id),
    voterSets: [{ offset: 0n, kraftVersion: 1, voters }],
    timing: {
      electionTimeoutMs: 300,
      electionBackoffMaxMs: 100,
      fetchTimeoutMs: 600,
      retryBackoffMs: 20,
      fetchWaitMs: 200,
    },
    log: { startOffset: 0n, endOffset: 10n, epochs: [{ epoch, startOffset: 0n }], snapshot: null },
    state: { leaderId: 1, leaderEpoch: epoch, vote: null },
    highWatermark: 10n,
    seed: 1,
  })
}

const play = (core: RaftNode, event: RaftEvent): RaftEffect[] => step(core, event, 1000)
const sent = (effects: readonly RaftEffect[]): RaftRequest[] =>
  effects.flatMap((each) => (each.kind === 'send' ? [each.request] : []))

/** Follows node 1, which has answered. */
function follower(id: number): RaftNode {
  const core = node(id)
  const [fetch] = sent(play(core, { kind: 'started' }))
  const response = {
    kind: 'fetch',
    error: 'NONE',
    epoch,
    leaderId: 1,
    highWatermark: 10n,
    startOffset: 0n,
    diverging: null,
    snapshotId: null,
    records: null,
  } as const
  expect(fetch).toMatchObject({ kind: 'fetch' })
  play(core, { kind: 'response', from: 1, request: fetch!, response })
  expect(core.role).toBe('follower')
  return core
}

test('who hears nothing of its leader asks for votes to come, and stays in its epoch as long as none do', () => {
  const core = follower(3)
  const votes: RaftRequest[] = []
  for (let round = 0; round < 8; round++) {
    // When nobody promises anything it asks its leader once more; that may be alive.
    const timer = core.role === 'follower' ? 'fetch' : 'election'
    const asked = sent(play(core, { kind: 'timeout', timer }))
    votes.push(...asked.filter((each) => each.kind === 'vote'))
    expect(core).toMatchObject({ epoch, vote: null })
  }
  expect(votes.length).toBeGreaterThanOrEqual(8)
  for (const each of votes) expect(each).toMatchObject({ preVote: true, epoch })
})

test.each([
  { what: 'that hears its leader refuses', core: () => follower(2), granted: false },
  {
    what: 'that has lost it, too, agrees',
    core: () => {
      const core = follower(2)
      play(core, { kind: 'peer-gone', id: 1 })
      return core
    },
    granted: true,
  },
])('one $what, and gives no vote away', ({ core, granted }) => {
  const asked = core()
  const request = {
    kind: 'vote',
    epoch,
    voter: key(2),
    candidate: key(3),
    lastEpoch: epoch,
    lastOffset: 10n,
    preVote: true,
  } as const
  const effects = play(asked, { kind: 'request', ask: 7, request })
  expect(effects.find(({ kind }) => kind === 'answer')).toMatchObject({
    ask: 7,
    response: { kind: 'vote', granted, epoch },
  })
  expect(asked).toMatchObject({ epoch, vote: null })
})

test('with the promise of a majority it stands, in the next epoch', () => {
  const core = follower(3)
  const [request] = sent(play(core, { kind: 'timeout', timer: 'fetch' }))
  const response = { kind: 'vote', error: 'NONE', epoch, leaderId: -1, granted: true } as const
  const votes = sent(play(core, { kind: 'response', from: 2, request: request!, response }))
  expect(core).toMatchObject({ role: 'candidate', epoch: epoch + 1, vote: key(3) })
  expect(votes.map((each) => each.kind === 'vote' && each.preVote)).toEqual([false, false])
})

/** After how many ms the election timer goes off; null: it was not armed. */
const electionIn = (effects: readonly RaftEffect[]): number | null => {
  const [armed] = effects.flatMap((each) =>
    each.kind === 'arm' && each.timer === 'election' ? [each.at - 1000] : [],
  )
  return armed ?? null
}

test('when the leader is gone each has its own time to stand', () => {
  for (let seed = 1; seed < 50; seed++) {
    const [first, second] = [2, 3].map((id) => {
      const core = follower(id)
      core.seed = seed * 7919 + id
      return electionIn(play(core, { kind: 'peer-gone', id: 1 }))!
    })
    expect(first).toBeLessThan(50)
    expect(second).toBeGreaterThanOrEqual(50)
    expect(second).toBeLessThan(100)
  }
})

/** Has asked 1 and 2 for their votes. */
function candidate(): { core: RaftNode; asked: Map<number, RaftRequest> } {
  const core = follower(3)
  const [request] = sent(play(core, { kind: 'timeout', timer: 'fetch' }))
  const response = { kind: 'vote', error: 'NONE', epoch, leaderId: -1, granted: true } as const
  const effects = play(core, { kind: 'response', from: 2, request: request!, response })
  const asked = new Map(
    effects.flatMap((each) => (each.kind === 'send' ? [[each.to, each.request]] : [])),
  )
  expect(electionIn(effects), 'a whole timeout').toBeGreaterThanOrEqual(300)
  return { core, asked }
}

test.each(['refused first', 'unreachable first'])(
  'of two that voted for themselves neither waits for the third, which is gone: %s',
  (order) => {
    const { core, asked } = candidate()
    const no = { kind: 'vote', error: 'NONE', epoch: 6, leaderId: -1, granted: false } as const
    const refused = () =>
      play(core, { kind: 'response', from: 2, request: asked.get(2)!, response: no })
    const gone = () => play(core, { kind: 'unanswered', to: 1, request: asked.get(1)! })
    const [one, other] = order === 'refused first' ? [refused, gone] : [gone, refused]
    expect(electionIn(one()), 'the other one may still decide').toBeNull()
    expect(electionIn(other())).toBeLessThan(100)
    expect(electionIn(gone()), 'what was put off at every try would never come').toBeNull()
  },
)

test('a third that is silent, and may be alive, is waited for', () => {
  const { core, asked } = candidate()
  const no = { kind: 'vote', error: 'NONE', epoch: 6, leaderId: -1, granted: false } as const
  const effects = play(core, { kind: 'response', from: 2, request: asked.get(2)!, response: no })
  expect(electionIn(effects)).toBeNull()
})

test('who looks for a leader is forsaken when neither of the others can be asked, also one that said no before', () => {
  const core = follower(3)
  const asked = sent(play(core, { kind: 'timeout', timer: 'fetch' }))
  const no = { kind: 'vote', error: 'NONE', epoch, leaderId: -1, granted: false } as const
  play(core, { kind: 'response', from: 2, request: asked[1]!, response: no })
  play(core, { kind: 'unanswered', to: 1, request: asked[0]! })
  expect(isForsaken(core)).toBe(false)
  play(core, { kind: 'unanswered', to: 2, request: asked[1]! })
  expect(isForsaken(core)).toBe(true)
  play(core, { kind: 'response', from: 2, request: asked[1]!, response: no })
  expect(isForsaken(core), 'it is there again').toBe(false)
})

test('a leader is forsaken when the processes of both others have ended, until one fetches again', () => {
  const { core, asked } = candidate()
  const yes = { kind: 'vote', error: 'NONE', epoch: 6, leaderId: -1, granted: true } as const
  play(core, { kind: 'response', from: 2, request: asked.get(2)!, response: yes })
  expect(core.role).toBe('leader')
  play(core, { kind: 'peer-gone', id: 1 })
  expect(isForsaken(core)).toBe(false)
  play(core, { kind: 'peer-gone', id: 2 })
  expect(isForsaken(core)).toBe(true)
  const fetch = {
    kind: 'fetch',
    id: 1,
    epoch: 6,
    replica: key(2),
    fetchOffset: 10n,
    lastFetchedEpoch: epoch,
    highWatermark: 10n,
    waitMs: 0,
  } as const
  play(core, { kind: 'request', ask: 1, request: fetch })
  expect(isForsaken(core)).toBe(false)
})

test('on disk who has resigned is the leader of its epoch, as in Kafka', () => {
  const { core, asked } = candidate()
  const yes = { kind: 'vote', error: 'NONE', epoch: 6, leaderId: -1, granted: true } as const
  play(core, { kind: 'response', from: 2, request: asked.get(2)!, response: yes })
  const [persisted] = play(core, { kind: 'resign' })
  expect(core).toMatchObject({ role: 'resigned', leaderId: -1 })
  expect(persisted).toEqual({
    kind: 'persist',
    state: { leaderId: 3, leaderEpoch: 6, vote: null },
  })
})
