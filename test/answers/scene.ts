/**
 * Questions to one fresh broker, one after the other, and what it answers, without what differs from run to run. Apache Kafka's
 * answers are recorded beside the scenes; ours have to be the same.
 */
import { systemClock } from '../../src/host/clock.ts'
import { systemNet } from '../../src/host/net.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { code, type ErrorName } from '../../src/protocol/errors.ts'
import type { AnyApi, SentRequestOf } from '../../src/protocol/schema.ts'
import { Connection } from '../../src/wire/connection.ts'

/** What the steps before have brought to light. */
export interface Known {
  /** The id that the broker gave to a topic. */
  idOf(topic: string): string
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  answerTo(title: string): any
}

export interface Step {
  readonly title: string
  readonly api: AnyApi
  readonly version: number
  readonly request: (known: Known) => unknown
  /** Fields whose values are another in every run. */
  readonly hide: readonly string[]
  /** It is asked until this is the answer's error. */
  readonly until?: ErrorName
}

export interface Scene {
  readonly name: string
  /** Broker configurations that it needs beside those of all scenes. */
  readonly config?: Record<string, string | number>
  /** Answers that say no more than that it is too early to ask. */
  readonly tooEarly?: readonly ErrorName[]
  /** Rows of steps that stand together are asked at once, each row over a connection of its own: they wait for each other. */
  readonly steps: readonly (Step | readonly (readonly Step[])[])[]
}

export type Answers = Record<string, unknown>

type Options = { version?: number; hide?: readonly string[]; until?: ErrorName }

export function step<A extends AnyApi>(
  title: string,
  api: A,
  request: SentRequestOf<A> | ((known: Known) => SentRequestOf<A>),
  { version = api.stable, hide = [], until }: Options = {},
): Step {
  const asked = typeof request === 'function' ? request : () => request
  return { title, api, version, request: asked as Step['request'], hide, ...(until && { until }) }
}

/** Asks everything in order, over one connection while it lasts; a connection that the broker closes is an answer too. */
export async function play(
  { steps, tooEarly = ['COORDINATOR_LOAD_IN_PROGRESS'] }: Scene,
  bootstrap: string,
  { settle = async () => {} }: { settle?: () => Promise<void> } = {},
): Promise<Answers> {
  const rows = steps.map((each) => ('api' in each ? [[each]] : each))
  const titles = rows.flat(2).map(({ title }) => title)
  const twice = titles.filter((title, index) => titles.indexOf(title) !== index)
  if (twice.length > 0) throw new Error(`two steps have one title: ${twice.join(', ')}`)
  const answers: Answers = {}
  const raw = new Map<string, unknown>()
  // What stands for each id that the broker made up.
  const ids = new Map<string, string>()
  const known: Known = {
    idOf: (topic) => [...ids].find(([, name]) => name === idFor(topic))?.[0] ?? zero,
    answerTo: (title) => raw.get(title),
  }
  const connections: Connection[] = []
  const connected = async (index: number): Promise<Connection> => {
    if (!connections[index]?.isOpen) connections[index] = await open(bootstrap)
    return connections[index]
  }
  const early = new Set(tooEarly.map(code))
  const ask = async (each: Step, index: number): Promise<void> => {
    const connection = await connected(index)
    try {
      raw.set(each.title, await asked(connection, each, known, early))
    } catch (error) {
      if (connection.isOpen) throw error
      raw.set(each.title, 'the connection is closed')
    }
    await settle()
  }
  for (const together of rows) {
    await Promise.all(
      together.map(async (row, index) => {
        for (const each of row) await ask(each, index)
      }),
    )
    await learnIds(await connected(0), ids)
    for (const { title, hide } of together.flat()) {
      answers[title] = shown(raw.get(title), { ids, hidden: new Set([...always, ...hide]) })
    }
  }
  for (const connection of connections) connection.close()
  return answers
}

/** What is not ready yet is asked again. */
async function asked(
  connection: Connection,
  { api, version, request, until }: Step,
  known: Known,
  early: ReadonlySet<number>,
): Promise<unknown> {
  for (;;) {
    const answer = await connection.call(api, request(known) as never, { version })
    const { errorCode } = answer as { errorCode?: number }
    const isAwaited = until === undefined || errorCode === code(until)
    if (isAwaited && !has(early, answer)) return answer
  }
}

function has(codes: ReadonlySet<number>, answer: unknown): boolean {
  if (answer === null || typeof answer !== 'object' || answer instanceof Uint8Array) return false
  const { errorCode } = answer as { errorCode?: number }
  if (errorCode !== undefined && codes.has(errorCode)) return true
  return Object.values(answer).some((each) => has(codes, each))
}

async function open(bootstrap: string): Promise<Connection> {
  const [host = '', port = ''] = bootstrap.split(':')
  return Connection.open({
    net: systemNet,
    clock: systemClock,
    address: { host, port: Number(port) },
    clientId: 'answers',
    connectTimeoutMs: 30_000,
    requestTimeoutMs: 60_000,
  })
}

async function learnIds(connection: Connection, ids: Map<string, string>): Promise<void> {
  const { topics, clusterId } = await connection.call(metadata, {
    topics: null,
    allowAutoTopicCreation: false,
  })
  for (const { topicId, name } of topics) ids.set(topicId, idFor(name!))
  ids.set(clusterId!, 'the id of the cluster')
}

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
/** Where a broker lives, and how it is called. */
const always = ['host', 'port', 'clusterId', 'logDir']

interface Hiding {
  readonly ids: Map<string, string>
  readonly hidden: ReadonlySet<string>
}

function shown(value: unknown, hiding: Hiding): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'string') return withoutIds(value, hiding)
  // What Kafka keeps in hashes comes in any order.
  if (Array.isArray(value)) return sorted(value.map((each) => shown(each, hiding)))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      hiding.hidden.has(name) && field !== null ? '…' : shown(field, hiding),
    ]),
  )
}

const idFor = (topic: string) => `the id of ${topic}`

/** What a coordinator puts behind the name of a client or an instance to call a member. */
const memberUuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

function withoutIds(text: string, { ids }: Hiding): string {
  // In the order in which they are first heard of.
  for (const [uuid] of text.matchAll(memberUuid)) {
    if (!ids.has(uuid)) ids.set(uuid, `(member ${memberCount(ids) + 1})`)
  }
  return [...ids].reduce((shownText, [id, name]) => shownText.replaceAll(id, name), text)
}

const memberCount = (ids: ReadonlyMap<string, string>): number =>
  [...ids.values()].filter((name) => name.startsWith('(member ')).length

const sorted = (values: unknown[]): unknown[] =>
  values.every((each) => typeof each === 'object' && each !== null)
    ? values
        .map((each) => [JSON.stringify(each), each] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, each]) => each)
    : values
