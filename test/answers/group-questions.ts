/** What several scenes about groups ask. */
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { describeGroups } from '../../src/protocol/apis/describe-groups.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import type { ErrorName } from '../../src/protocol/errors.ts'
import { encodeSubscription } from '../../src/protocol/records/member-bytes.ts'
import type { SentRequestOf } from '../../src/protocol/schema.ts'
import { type Step, step } from './scene.ts'

export const subscription = (...topics: string[]): Uint8Array =>
  encodeSubscription({ topics, userData: null, ownedPartitions: [] })

export const createTopic = (title: string, ...names: string[]): Step =>
  step(title, createTopics, {
    topics: names.map((name) => ({
      name,
      numPartitions: 2,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    })),
    timeoutMs: 30_000,
    validateOnly: false,
  })

/** The topic of offsets is made when the first one asks. */
export const whereIs = (title: string, group: string): Step =>
  step(title, findCoordinator, { keyType: 0, coordinatorKeys: [group] })

/** Nobody sends heartbeats meanwhile. */
export const longSessions = {
  'group.consumer.max.session.timeout.ms': 600_000,
  'group.consumer.session.timeout.ms': 600_000,
}

export const tooEarly: readonly ErrorName[] = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]

export const described = (title: string, groups: string[], version: number): Step =>
  step(title, describeGroups, { groups, includeAuthorizedOperations: version >= 3 }, { version })

export const listed = (
  title: string,
  filters: SentRequestOf<typeof listGroups>,
  version: number = listGroups.stable,
): Step => step(title, listGroups, filters, { version })
