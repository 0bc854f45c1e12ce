/** The shell: what is said only after it is safe, what is written together, and what a failed write leaves behind. */
import { beforeEach, expect, test } from 'vitest'
import { deferred } from '../../src/base/deferred.ts'
import { GroupCoordinator } from '../../src/broker/groups.ts'
import type { CoordinatorJournal, JournalRecord } from '../../src/broker/journal.ts'
import { silentLogger } from '../../src/broker/logger.ts'
import { Settings } from '../../src/broker/settings.ts'
import type { CommitEvent, HeartbeatEvent } from '../../src/groups/events.ts'
import type { Clock } from '../../src/host/clock.ts'
import { emptyImage } from '../../src/metadata/image.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { topicId } from '../groups/drive.ts'

/** A log in memory that finishes a write when the test says so. */
class Journal implements CoordinatorJournal {
  readonly written: JournalRecord[] = []
  readonly batches: number[] = []
  readonly #waiting: {
    records: readonly JournalRecord[]
    done: ReturnType<typeof deferred<void>>
  }[] = []
  isManual = false
  replayed = 0

  append(_partition: number, records: readonly JournalRecord[]): Promise<void> {
    const done = deferred<void>()
    this.#waiting.push({ records, done })
    if (!this.isManual) this.finish()
    return done.promise
  }

  finish(): void {
    const { records, done } = this.#waiting.shift()!
    this.written.push(...records)
    this.batches.push(records.length)
    done.resolve()
  }

  fail(error: KafkaError): void {
    this.#waiting.shift()!.done.reject(error)
  }

  get waiting(): number {
    return this.#waiting.length
  }

  async replay(_partition: number, take: Parameters<CoordinatorJournal['replay']>[1]) {
    this.replayed++
    for (const { key, value } of [...this.written]) take(key, value, 0n, null)
  }

  isFenced(): boolean {
    return false
  }
}

class TestClock implements Clock {
  #now = 5_000_000
  #timers: { at: number; run: () => void }[] = []
  now = () => this.#now
  monotonic = () => this.#now

  schedule(delayMs: number, run: () => void) {
    const timer = { at: this.#now + delayMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const next = this.#timers.reduce<{ at: number; run: () => void } | null>(
        (a, b) => (a === null || b.at < a.at ? b : a),
        null,
      )
      if (next === null || next.at > until) break
      this.#timers = this.#timers.filter((each) => each !== next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
    }
    this.#now = until
  }
}

let journal: Journal
let clock: TestClock
let groups: GroupCoordinator

const fixed = new Map([
  ['offsets.topic.num.partitions', '1'],
  ['group.initial.rebalance.delay.ms', '0'],
])

function coordinator(): GroupCoordinator {
  const image = emptyImage()
  const partition = { leader: 1 } as never
  const topic = { name: 't', id: topicId('t'), partitions: Array(20_000).fill(partition) }
  image.topicsByName.set('t', topic)
  image.topicsById.set(topic.id, topic)
  const random = { number: () => 0.5, bytes: (size: number) => new Uint8Array(size).fill(7) }
  return new GroupCoordinator({
    journal,
    clock,
    random,
    logger: silentLogger,
    settings: new Settings({ brokerId: 1, fixed, image: () => image }),
    image: () => image,
  })
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

beforeEach(async () => {
  journal = new Journal()
  clock = new TestClock()
  groups = coordinator()
  groups.load(0, 1)
  await settle()
})

const commitOf = (offset: number, partitions = 1): CommitEvent => ({
  kind: 'commit',
  apiVersion: 9,
  memberId: '',
  instanceId: null,
  generation: -1,
  retentionMs: -1n,
  topics: [
    {
      topic: { name: 't' },
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        partition,
        offset: BigInt(offset),
        leaderEpoch: -1,
        metadata: null,
      })),
    },
  ],
})

const commit = async (groupId: string, offset: number) => {
  const { topics } = await groups.ask(groupId, commitOf(offset))
  return topics[0]!.partitions[0]!.error
}

async function committed(groupId: string): Promise<bigint | string> {
  const { error, topics } = await groups.ask(groupId, {
    kind: 'fetch-offsets',
    memberId: null,
    memberEpoch: -1,
    topics: [{ topic: { name: 't' }, partitions: [0] }],
    byId: false,
    requireStable: false,
  })
  return error === 'NONE' ? topics[0]!.partitions[0]!.offset : error
}

const heartbeatOf: HeartbeatEvent = {
  kind: 'heartbeat',
  memberId: 'm',
  instanceId: null,
  generation: 1,
}

test('an answer waits until its record is safe; so does whoever has read it', async () => {
  journal.isManual = true
  const heard: string[] = []
  void commit('g', 5).then(() => heard.push('commit'))
  void committed('g').then((offset) => heard.push(`read ${offset}`))
  void groups.list().then(({ groups: all }) => heard.push(`list ${all.length}`))
  await settle()
  expect(heard).toEqual([])
  journal.finish()
  await settle()
  expect(heard).toEqual(['commit', 'read 5', 'list 1'])
})

test('what comes while a batch is being written goes into one batch', async () => {
  journal.isManual = true
  const answers = ['a', 'b'].map((id) => commit(id, 1))
  await settle()
  answers.push(...['c', 'd', 'e'].map((id) => commit(id, 1)))
  await settle()
  expect(journal.waiting).toBe(1)
  journal.finish()
  await settle()
  journal.finish()
  expect(await Promise.all(answers)).toEqual(Array(5).fill('NONE'))
  expect(journal.batches).toEqual([2, 3])
})

test('a commit of many partitions is one batch, one that no batch can hold is several', async () => {
  await groups.ask('g', commitOf(1, 1000))
  expect(journal.batches).toEqual([1000])
  await groups.ask('g', commitOf(2, 20_000))
  expect(journal.batches.length).toBeGreaterThan(2)
  expect(journal.written).toHaveLength(21_000)
})

test('a heartbeat writes nothing', async () => {
  expect((await groups.ask('g', heartbeatOf)).error).toBe('UNKNOWN_MEMBER_ID')
  expect(journal.batches).toEqual([])
})

test('after a failed write nothing is believed but the log', async () => {
  expect(await commit('g', 1)).toBe('NONE')
  journal.isManual = true
  const lost = commit('g', 2)
  const reader = committed('g')
  const other = commit('h', 3)
  await settle()
  journal.fail(new KafkaError('NOT_ENOUGH_REPLICAS'))
  expect(await lost).toBe('COORDINATOR_NOT_AVAILABLE')
  expect(await other).toBe('COORDINATOR_NOT_AVAILABLE')
  expect(await reader).toBe('COORDINATOR_NOT_AVAILABLE')
  await settle()
  expect(journal.replayed).toBe(2)
  expect(await committed('g')).toBe(1n)
  expect(await committed('h')).toBe(-1n)
})

test.each([
  ['REQUEST_TIMED_OUT', 'COORDINATOR_NOT_AVAILABLE'],
  ['NOT_LEADER_OR_FOLLOWER', 'NOT_COORDINATOR'],
  ['MESSAGE_TOO_LARGE', 'INVALID_COMMIT_OFFSET_SIZE'],
] as const)('a write that fails with %s is told as %s', async (error, told) => {
  journal.isManual = true
  const answer = commit('g', 2)
  await settle()
  journal.fail(new KafkaError(error))
  expect(await answer).toBe(told)
})

const joinOf = (memberId = '') => ({
  kind: 'join' as const,
  apiVersion: 3,
  client: { clientId: 'c', clientHost: '/127.0.0.1' },
  memberId,
  instanceId: null,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
  reason: null,
  uuid: groups.memberUuid(),
})

test('who waits for a rebalance is told when the coordinator moves on, and its timers are gone', async () => {
  const before = clock.pending
  const waiting = groups.ask('g', joinOf())
  await settle()
  expect(clock.pending).toBeGreaterThan(before)
  groups.unload(0)
  expect((await waiting).error).toBe('NOT_COORDINATOR')
  expect(clock.pending).toBe(before)
  expect((await groups.ask('g', heartbeatOf)).error).toBe('NOT_COORDINATOR')
})

test('sessions end by the clock, and heartbeats move them without a new timer', async () => {
  const joining = groups.ask('g', joinOf())
  clock.advance(0)
  const { memberId, generation } = await joining
  await groups.ask('g', {
    kind: 'sync',
    memberId,
    instanceId: null,
    generation,
    protocolType: null,
    protocolName: null,
    assignments: [],
  })
  const timers = clock.pending
  for (let i = 0; i < 5; i++) {
    clock.advance(9000)
    const heartbeat = { ...heartbeatOf, memberId, generation }
    expect((await groups.ask('g', heartbeat)).error).toBe('NONE')
    expect(clock.pending).toBe(timers)
  }
  clock.advance(10_000)
  const { state } = await groups.ask('g', { kind: 'describe-classic' })
  expect(state).toBe('Empty')
  expect(groups.history('g').map(({ kind }) => kind)).toEqual([
    'joined',
    'rebalance-began',
    'assigned',
    'timed-out',
    'rebalance-began',
    'emptied',
  ])
})

test('while a partition is read, clients are asked to wait; a partition that cannot be read is tried again', async () => {
  const failing = new Journal()
  const replay = deferred<void>()
  failing.replay = () => replay.promise
  journal = failing
  groups = coordinator()
  groups.load(0, 1)
  expect(await committed('g')).toBe('COORDINATOR_LOAD_IN_PROGRESS')
  expect((await groups.list()).error).toBe('COORDINATOR_LOAD_IN_PROGRESS')
  expect((await groups.ask('g', heartbeatOf)).error).toBe('NONE')
  replay.reject(new KafkaError('KAFKA_STORAGE_ERROR'))
  await settle()
  failing.replay = async () => {}
  expect(await committed('g')).toBe('COORDINATOR_LOAD_IN_PROGRESS')
  clock.advance(1000)
  await settle()
  expect(await committed('g')).toBe(-1n)
})

test('another coordinator goes on where this one stopped', async () => {
  await commit('g', 7)
  await groups.close()
  groups = coordinator()
  groups.load(0, 2)
  await settle()
  expect(await committed('g')).toBe(7n)
})

test('expired offsets go when the check interval has passed', async () => {
  await commit('g', 7)
  clock.advance(7 * 24 * 3600 * 1000 + 600_000)
  await settle()
  expect(await committed('g')).toBe(-1n)
  expect((await groups.list()).groups).toEqual([])
})

test('deleted topics take their offsets with them', async () => {
  await commit('g', 7)
  groups.onTopicsDeleted(['t'])
  await settle()
  expect(await committed('g')).toBe(-1n)
  expect((await groups.list()).groups).toHaveLength(1)
})

test('a uuid as Java writes it', () => {
  expect(groups.memberUuid()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  )
})
