/** How a cluster is: what its brokers say of leaders and in-sync replicas, and a verdict in one sentence. */

import type { TopicDescription } from '../../client/admin/describe-topics.ts'
import { describeQuorum, type Quorum } from '../../client/admin/quorum.ts'
import { Admin } from '../../client/admin.ts'
import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import type { BrokerStatus } from '../../cluster/brokers.ts'
import { KafkaError } from '../../protocol/errors.ts'

export interface BrokerHealth {
  readonly id: number
  readonly leads: number
  readonly replicas: number
  /** Its replicas that are not in sync with their leaders. */
  readonly behind: number
  /** The records that they lack of what their leaders have; null where the broker does not tell where they end. */
  readonly lag: number | null
  /** Where they lack any: most first. */
  readonly lagging: readonly (TopicPartition & { readonly lag: number })[]
  /** What it lacks of the metadata log, also while it is away; null: nobody knows. */
  readonly metadataLag: number | null
}

export interface Partitions {
  readonly total: number
  readonly offline: number
  readonly underReplicated: number
}

export interface Health {
  readonly verdict: 'healthy' | 'degraded' | 'down'
  /** Why it is not healthy, a sentence each. */
  readonly problems: readonly string[]
  /** Null: nobody decides, or nobody says. */
  readonly controllerId: number | null
  readonly partitions: Partitions | null
  readonly brokers: readonly BrokerHealth[]
}

/** What could be learned by asking; null where no broker answers. */
export interface Answers {
  readonly controllerId: number | null
  readonly topics: readonly TopicDescription[]
  /** Where each broker's copies end, by `partitionKey`; a broker that does not answer is not there. */
  readonly ends: ReadonlyMap<number, ReadonlyMap<string, bigint>>
  readonly quorum: Quorum | null
}

const askTimeoutMs = 5000
// One that hangs must not keep us from asking another.
const oneTimeoutMs = 1000
/** Nobody waits longer for how far they have come: two tries. */
const endsTimeoutMs = 2 * oneTimeoutMs

/** Asks the brokers that run. */
export async function askCluster(brokers: readonly BrokerStatus[]): Promise<Answers | null> {
  const running = brokers.filter(({ state }) => state === 'running')
  const bootstrap = running.flatMap(({ card }) =>
    card !== null && card.socket !== '' ? [{ path: card.socket }] : [],
  )
  if (bootstrap.length === 0) return null
  const admin = new Admin({
    bootstrap,
    requestTimeoutMs: oneTimeoutMs,
    defaultApiTimeoutMs: askTimeoutMs,
    socketConnectionSetupTimeoutMs: oneTimeoutMs,
  })
  try {
    const names = (await admin.topics()).map(({ name }) => name)
    const [controllerId, quorum, described] = await Promise.all([
      admin.activeController().catch(() => null),
      describeQuorum(admin.cluster, { timeoutMs: endsTimeoutMs }).catch(() => null),
      admin.describeTopics(names),
    ])
    // A topic that was deleted meanwhile is none that is missing.
    const gone = (error: string) => error === 'UNKNOWN_TOPIC_OR_PARTITION'
    const topics = [...described.values()].flatMap((each) => {
      if (!each.ok && !gone(each.error.error)) throw each.error
      return each.ok ? [each.value] : []
    })
    return { controllerId, topics, quorum, ends: await endsOf(admin, topics, running) }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return null
  } finally {
    admin.close()
  }
}

/** All are asked at once: what is written in between is no lag. */
async function endsOf(
  admin: Admin,
  topics: readonly TopicDescription[],
  running: readonly BrokerStatus[],
): Promise<Answers['ends']> {
  const copies = new Map<number, TopicPartition[]>()
  for (const { name, partitions } of topics) {
    for (const { partition, replicas } of partitions) {
      const copy = { topic: name, partition }
      for (const id of replicas) {
        const own = copies.get(id)
        if (own === undefined) copies.set(id, [copy])
        else own.push(copy)
      }
    }
  }
  const asked = running.map(async ({ id }) => {
    const partitions = copies.get(id) ?? []
    return [id, await admin.replicaEnds(id, partitions, { timeoutMs: endsTimeoutMs })] as const
  })
  const answers = await Promise.allSettled(asked)
  return new Map(answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])))
}

export function healthOf(statuses: readonly BrokerStatus[], answers: Answers | null): Health {
  const absent = statuses
    .filter(({ state }) => state !== 'running')
    .map(({ id, state }) => `broker ${id} is ${state}`)
  if (answers === null) {
    const problems = statuses.length > absent.length ? [...absent, 'no broker answers'] : absent
    return { verdict: 'down', problems, controllerId: null, partitions: null, brokers: [] }
  }
  const { controllerId, topics } = answers
  const partitions = counted(topics)
  const problems = [...absent]
  if (controllerId === null) problems.push('the metadata quorum has no leader')
  if (partitions.offline > 0) problems.push(`${partitions.offline} partitions have no leader`)
  if (partitions.underReplicated > 0) {
    problems.push(
      `${partitions.underReplicated} of ${partitions.total} partitions are under-replicated`,
    )
  }
  const isDown = controllerId === null || partitions.offline > 0
  return {
    verdict: problems.length === 0 ? 'healthy' : isDown ? 'down' : 'degraded',
    problems,
    controllerId,
    partitions,
    brokers: statuses.map(({ id }) => brokerHealth(id, answers)),
  }
}

function counted(topics: readonly TopicDescription[]): Partitions {
  const all = topics.flatMap(({ partitions }) => partitions)
  return {
    total: all.length,
    offline: all.filter(({ leader }) => leader === null).length,
    underReplicated: all.filter(({ isr, replicas }) => isr.length < replicas.length).length,
  }
}

function brokerHealth(id: number, { topics, ends, quorum }: Answers): BrokerHealth {
  const own = topics.flatMap(({ partitions }) => partitions.filter((p) => p.replicas.includes(id)))
  const lagging = laggingOn(id, { topics, ends })
  return {
    id,
    leads: own.filter(({ leader }) => leader === id).length,
    replicas: own.length,
    behind: own.filter(({ isr }) => !isr.includes(id)).length,
    lag: ends.has(id) ? lagging.reduce((sum, { lag }) => sum + lag, 0) : null,
    lagging,
    metadataLag: quorum === null ? null : metadataLag(id, quorum),
  }
}

function laggingOn(
  id: number,
  { topics, ends }: Pick<Answers, 'topics' | 'ends'>,
): BrokerHealth['lagging'] {
  const found = topics.flatMap(({ name: topic, partitions }) =>
    partitions.flatMap(({ partition, leader }) => {
      const key = partitionKey(topic, partition)
      const own = ends.get(id)?.get(key)
      const leaders = leader === null ? undefined : ends.get(leader)?.get(key)
      if (own === undefined || leaders === undefined || own >= leaders) return []
      return [{ topic, partition, lag: Number(leaders - own) }]
    }),
  )
  return found.sort((a, b) => b.lag - a.lag)
}

function metadataLag(id: number, { voters, observers, leaderId }: Quorum): number | null {
  const endOf = (wanted: number) =>
    [...voters, ...observers].find((each) => each.id === wanted)?.logEndOffset
  const [own, leaders] = [endOf(id), endOf(leaderId)]
  // Of a voter that has not fetched from this leader yet, nothing is known.
  if (own === undefined || leaders === undefined || own < 0n) return null
  return Number(leaders - own)
}
