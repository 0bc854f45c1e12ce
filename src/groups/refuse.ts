/** The answer to any question that cannot be dealt with as a whole: not coordinator, loading, the write failed. */
import { unreachable } from '../base/assert.ts'
import { zeroUuid } from '../base/uuid.ts'
import type { ErrorName } from '../protocol/errors.ts'
import type {
  AskedEvent,
  ConsumerHeartbeatOutcome,
  DescribeConsumerOutcome,
  JoinOutcome,
  Outcomes,
  SyncOutcome,
  TopicRef,
} from './events.ts'

const noBytes = new Uint8Array(0)

export function refuse(event: AskedEvent, error: ErrorName): Outcomes[keyof Outcomes] {
  switch (event.kind) {
    case 'join':
      return refusedJoin(error, event.memberId)
    case 'sync':
      return refusedSync(error)
    case 'leave':
      return { error, members: [] }
    case 'commit':
      return { error: 'NONE', topics: event.topics.map((each) => refusedTopic(each, error)) }
    case 'fetch-offsets':
    case 'delete-offsets':
      return { error, topics: [] }
    case 'describe-classic':
      return { error, message: null, state: '', protocolType: '', protocol: '', members: [] }
    case 'describe-consumer':
      return notDescribed(error, null)
    case 'consumer-heartbeat':
      return refusedHeartbeat(error, null)
    case 'heartbeat':
      // Whether it is known shows when the group has been read. Kafka says yes till then, and clients rely on it: some end at anything else.
      return { error: error === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : error }
    case 'delete-group':
      return { error }
    default:
      return unreachable(event)
  }
}

export function refusedJoin(error: ErrorName, memberId: string): JoinOutcome {
  return {
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    members: [],
  }
}

export function refusedHeartbeat(
  error: ErrorName,
  message: string | null,
): ConsumerHeartbeatOutcome {
  const nothing = { memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null }
  return { error, message, ...nothing }
}

export function notDescribed(error: ErrorName, message: string | null): DescribeConsumerOutcome {
  const nothing = { state: '', epoch: 0, targetEpoch: 0, assignor: '', members: [] }
  return { error, message, ...nothing }
}

export function refusedSync(error: ErrorName): SyncOutcome {
  return { error, protocolType: null, protocolName: null, assignment: noBytes }
}

export function refusedTopic(
  { topic, partitions }: { topic: TopicRef; partitions: readonly { readonly partition: number }[] },
  error: ErrorName,
) {
  return {
    ...namesOf(topic),
    partitions: partitions.map(({ partition }) => ({ partition, error })),
  }
}

export function namesOf(topic: TopicRef): { name: string; topicId: string } {
  return 'name' in topic
    ? { name: topic.name, topicId: zeroUuid }
    : { name: '', topicId: topic.topicId }
}
