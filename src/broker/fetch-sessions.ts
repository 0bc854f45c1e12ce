/**
 * Incremental fetch sessions (KIP-227): the broker remembers which partitions a client fetches, the client sends only what
 * changes, and an answer holds only partitions with news. The memory is bounded by
 * `max.incremental.fetch.session.cache.slots`; the session that was used least recently makes room.
 */
import type { fetch } from '../protocol/apis/fetch.ts'
import type { ErrorName } from '../protocol/errors.ts'
import type { RequestOf } from '../protocol/schema.ts'

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
  epoch: number
  readonly targets: Map<string, FetchTarget>
}

const finalEpoch = -1
const initialEpoch = 0
const epochMax = 2 ** 31 - 1

export class FetchSessions {
  readonly #slots: number
  readonly #random: { number(): number }
  // A Map keeps its order: the first session is the one that was not used for longest.
  readonly #sessions = new Map<number, Session>()

  constructor(options: { slots: number; random: { number(): number } }) {
    this.#slots = options.slots
    this.#random = options.random
  }

  get size(): number {
    return this.#sessions.size
  }

  plan(request: FetchRequest): FetchPlan {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === finalEpoch || sessionEpoch === initialEpoch) {
      if (sessionId !== 0) this.#sessions.delete(sessionId)
      const targets = targetsOf(request)
      const wantsSession = sessionEpoch === initialEpoch && targets.size > 0
      const session = wantsSession ? this.#begin(targets) : null
      return full(session, targets)
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return refused('FETCH_SESSION_ID_NOT_FOUND')
    if (session.epoch !== sessionEpoch) return refused('INVALID_FETCH_SESSION_EPOCH', sessionId)
    this.#sessions.delete(sessionId)
    this.#sessions.set(sessionId, session)
    session.epoch = session.epoch === epochMax ? 1 : session.epoch + 1
    update(session, request)
    return {
      error: 'NONE',
      sessionId,
      targets: session.targets.values(),
      incremental: true,
      session,
    }
  }

  #begin(targets: Map<string, FetchTarget>): Session | null {
    if (this.#slots === 0) return null
    while (this.#sessions.size >= this.#slots) {
      const oldest = this.#sessions.keys().next().value as number
      this.#sessions.delete(oldest)
    }
    const session = { id: this.#freshId(), epoch: 1, targets }
    this.#sessions.set(session.id, session)
    return session
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

const full = (session: Session | null, targets: Map<string, FetchTarget>): FetchPlan => ({
  error: 'NONE',
  sessionId: session?.id ?? 0,
  targets: targets.values(),
  incremental: false,
  session,
})

const refused = (error: ErrorName, sessionId = 0): FetchPlan => ({
  error,
  sessionId,
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
