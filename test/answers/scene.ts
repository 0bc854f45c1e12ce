/**
 * Questions to one fresh broker, one after the other, and what it answers, without what differs from run to run. Apache Kafka's
 * answers are recorded beside the scenes; ours have to be the same.
 */
import { systemClock } from '../../src/host/clock.ts'
import { systemNet } from '../../src/host/net.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { code } from '../../src/protocol/errors.ts'
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
}

export interface Scene {
  readonly name: string
  readonly steps: readonly Step[]
}

export type Answers = Record<string, unknown>

type Options = { version?: number; hide?: readonly string[] }

export function step<A extends AnyApi>(
  title: string,
  api: A,
  request: SentRequestOf<A> | ((known: Known) => SentRequestOf<A>),
  { version = api.stable, hide = [] }: Options = {},
): Step {
  const asked = typeof request === 'function' ? request : () => request
  return { title, api, version, request: asked as Step['request'], hide }
}

/** Asks everything in order, over one connection while it lasts; a connection that the broker closes is an answer too. */
export async function play(
  { steps }: Scene,
  bootstrap: string,
  { settle = async () => {} }: { settle?: () => Promise<void> } = {},
): Promise<Answers> {
  const titles = steps.map(({ title }) => title)
  const twice = titles.filter((title, index) => titles.indexOf(title) !== index)
  if (twice.length > 0) throw new Error(`two steps have one title: ${twice.join(', ')}`)
  const answers: Answers = {}
  const raw = new Map<string, unknown>()
  // What stands for each id that the broker made up.
  const ids = new Map<string, string>()
  let connection = await open(bootstrap)
  for (const { title, api, version, request, hide } of steps) {
    const known: Known = {
      idOf: (topic) => [...ids].find(([, name]) => name === idFor(topic))?.[0] ?? zero,
      answerTo: (earlier) => raw.get(earlier),
    }
    try {
      const answer = await asked(() => connection.call(api, request(known) as never, { version }))
      await settle()
      raw.set(title, answer)
      await learnIds(connection, ids)
      answers[title] = shown(answer, { ids, hidden: new Set([...always, ...hide]) })
    } catch (error) {
      if (connection.isOpen) throw error
      answers[title] = 'the connection is closed'
      connection = await open(bootstrap)
    }
  }
  connection.close()
  return answers
}

/** What is not ready yet is asked again. */
async function asked(ask: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const answer = await ask()
    const { errorCode } = answer as { errorCode?: number }
    if (errorCode !== code('COORDINATOR_LOAD_IN_PROGRESS')) return answer
  }
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
  readonly ids: ReadonlyMap<string, string>
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

const withoutIds = (text: string, { ids }: Hiding): string =>
  [...ids].reduce((shownText, [id, name]) => shownText.replaceAll(id, name), text)

const sorted = (values: unknown[]): unknown[] =>
  values.every((each) => typeof each === 'object' && each !== null)
    ? values
        .map((each) => [JSON.stringify(each), each] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, each]) => each)
    : values
