/**
 * Incremental fetch sessions (KIP-227): the broker remembers which partitions a client fetches, the client sends only what
 * changes, and an answer holds only partitions with news. The memory is bounded by
 * `max.incremental.fetch.session.cache.slots`: where all are taken, one that was not used for a while makes room, else the
 * client fetches without.
 */
import type { fetch } from '../protocol/apis/fetch.ts'
import type { ErrorName } from '../protocol/errors.ts'
import type { RequestOf } from '../protocol/schema.ts'
import type { ReadOutcome } from './read.ts'

type FetchRequest = RequestOf<typeof fetch>
type RequestedPartition = FetchRequest['topics'][number]['partitions'][number]

export interface FetchTarget {
  readonly topic: string
  readonly topicId: string
  wanted: RequestedPartition
  /** What the client was last told; -1 before the first answer. */
  highWatermark: bigint
  lastStableOffset: bigint
  logStartOffset: bigint
}

export interface FetchPlan {
  readonly error: ErrorName | 'NONE'
  readonly sessionId: number
  readonly targets: Iterable<FetchTarget>
  /** Whether partitions without news are left out of the answer. */
  readonly incremental: boolean
  readonly session: Session | null
}

interface Session {
  readonly id: number
  /** It names topics by id, or by name: a client does not change its mind. */
  readonly byId: boolean
  epoch: number
  lastUsedAt: number
  readonly targets: Map<string, FetchTarget>
}

const finalEpoch = -1
const initialEpoch = 0
const epochMax = 2 ** 31 - 1
/** Kafka's own, not to be configured: clients that come and go must not push each other out all the time. */
const evictableAfterMs = 120_000

export class FetchSessions {
  readonly #slots: number
  readonly #random: { number(): number }
  readonly #clock: { monotonic(): number }
  // A Map keeps its order: the first session is the one that was not used for longest.
  readonly #sessions = new Map<number, Session>()

  constructor(options: {
    slots: number
    random: { number(): number }
    clock: { monotonic(): number }
  }) {
    this.#slots = options.slots
    this.#random = options.random
    this.#clock = options.clock
  }

  get size(): number {
    return this.#sessions.size
  }

  plan(request: FetchRequest, { byId }: { byId: boolean }): FetchPlan {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === finalEpoch || sessionEpoch === initialEpoch) {
      if (sessionId !== 0) this.#sessions.delete(sessionId)
      const targets = targetsOf(request)
      const session = sessionEpoch === initialEpoch ? this.#begin(targets, byId) : null
      return full(session, targets)
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return refused('FETCH_SESSION_ID_NOT_FOUND')
    if (session.epoch !== sessionEpoch) return refused('INVALID_FETCH_SESSION_EPOCH')
    if (session.byId !== byId) return refused('FETCH_SESSION_TOPIC_ID_ERROR')
    this.#sessions.delete(sessionId)
    update(session, request)
    if (session.targets.size === 0) return full(null, session.targets)
    this.#sessions.set(sessionId, session)
    session.epoch = session.epoch === epochMax ? 1 : session.epoch + 1
    session.lastUsedAt = this.#clock.monotonic()
    return {
      error: 'NONE',
      sessionId,
      targets: session.targets.values(),
      incremental: true,
      session,
    }
  }

  #begin(targets: Map<string, FetchTarget>, byId: boolean): Session | null {
    if (!this.#hasRoom()) return null
    const lastUsedAt = this.#clock.monotonic()
    const session = { id: this.#freshId(), byId, epoch: 1, lastUsedAt, targets }
    this.#sessions.set(session.id, session)
    return session
  }

  #hasRoom(): boolean {
    if (this.#sessions.size < this.#slots) return true
    const [oldest] = this.#sessions.values()
    if (oldest === undefined) return false
    if (this.#clock.monotonic() - oldest.lastUsedAt <= evictableAfterMs) return false
    this.#sessions.delete(oldest.id)
    return true
  }

  #freshId(): number {
    for (;;) {
      const id = 1 + Math.floor(this.#random.number() * (epochMax - 1))
      if (!this.#sessions.has(id)) return id
    }
  }
}

/** A partition that brought records goes to the end of its session, so that a budget of bytes serves all in turn. */
export function servedRecords(plan: FetchPlan, target: FetchTarget): void {
  if (plan.session === null || !plan.incremental) return
  const key = keyOf(target.topic, target.topicId, target.wanted.partition)
  plan.session.targets.delete(key)
  plan.session.targets.set(key, target)
}

export const hasNews = (told: FetchTarget, outcome: ReadOutcome): boolean =>
  outcome.records.length > 0 ||
  outcome.error !== 'NONE' ||
  outcome.divergingEpoch !== null ||
  outcome.preferredReadReplica !== null ||
  outcome.highWatermark !== told.highWatermark ||
  outcome.lastStableOffset !== told.lastStableOffset ||
  outcome.logStartOffset !== told.logStartOffset

/** What the client is told is no news the next time; only the end of an error is. */
export function remember(target: FetchTarget, outcome: ReadOutcome): void {
  target.highWatermark = outcome.error === 'NONE' ? outcome.highWatermark : -1n
  target.lastStableOffset = outcome.lastStableOffset
  target.logStartOffset = outcome.logStartOffset
}

const full = (session: Session | null, targets: Map<string, FetchTarget>): FetchPlan => ({
  error: 'NONE',
  sessionId: session?.id ?? 0,
  targets: targets.values(),
  incremental: false,
  session,
})

const refused = (error: ErrorName): FetchPlan => ({
  error,
  sessionId: 0,
  targets: [],
  incremental: false,
  session: null,
})

function targetsOf(request: FetchRequest): Map<string, FetchTarget> {
  const targets = new Map<string, FetchTarget>()
  add(targets, request)
  return targets
}

function update(session: Session, request: FetchRequest): void {
  for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
    for (const partition of partitions) session.targets.delete(keyOf(topic, topicId, partition))
  }
  add(session.targets, request)
}

function add(targets: Map<string, FetchTarget>, request: FetchRequest): void {
  for (const { topic, topicId, partitions } of request.topics) {
    for (const wanted of partitions) {
      const key = keyOf(topic, topicId, wanted.partition)
      const known = targets.get(key)
      if (known !== undefined) known.wanted = wanted
      else {
        const told = { highWatermark: -1n, lastStableOffset: -1n, logStartOffset: -1n }
        targets.set(key, { topic, topicId, wanted, ...told })
      }
    }
  }
}

// Exactly one of name and id is there, by the version of the request; names cannot contain a slash.
const keyOf = (topic: string, topicId: string, partition: number): string =>
  `${topic}/${topicId}/${partition}`
