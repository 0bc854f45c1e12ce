/** How a cluster is: what its brokers say of leaders and in-sync replicas, and a verdict in one sentence. */

import type { TopicDescription } from '../../client/admin/describe-topics.ts'
import { Admin } from '../../client/admin.ts'
import type { BrokerStatus } from '../../cluster/brokers.ts'
import { KafkaError } from '../../protocol/errors.ts'

export interface BrokerHealth {
  readonly id: number
  readonly leads: number
  readonly replicas: number
  /** Its replicas that are not in sync with their leaders. */
  readonly behind: number
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
}

const askTimeoutMs = 5000
// One that hangs must not keep us from asking another.
const oneTimeoutMs = 1000

/** Asks the brokers that run. */
export async function askCluster(brokers: readonly BrokerStatus[]): Promise<Answers | null> {
  const bootstrap = brokers.flatMap(({ state, card }) =>
    state === 'running' && card !== null && card.socket !== '' ? [{ path: card.socket }] : [],
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
    const [controllerId, described] = await Promise.all([
      admin.activeController().catch(() => null),
      admin.describeTopics(names),
    ])
    // A topic that was deleted meanwhile is none that is missing.
    const gone = (error: string) => error === 'UNKNOWN_TOPIC_OR_PARTITION'
    const topics = [...described.values()].flatMap((each) => {
      if (!each.ok && !gone(each.error.error)) throw each.error
      return each.ok ? [each.value] : []
    })
    return { controllerId, topics }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return null
  } finally {
    admin.close()
  }
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
    brokers: statuses.map(({ id }) => brokerHealth(id, topics)),
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

function brokerHealth(id: number, topics: readonly TopicDescription[]): BrokerHealth {
  const own = topics.flatMap(({ partitions }) => partitions.filter((p) => p.replicas.includes(id)))
  return {
    id,
    leads: own.filter(({ leader }) => leader === id).length,
    replicas: own.length,
    behind: own.filter(({ isr }) => !isr.includes(id)).length,
  }
}
