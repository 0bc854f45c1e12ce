/** What a group is asked, and what it answers. Times, ids and topics come from the world and the shell. */
import type { ErrorName } from '../protocol/errors.ts'
import type { PartitionSet } from './consumer/assign/assignor.ts'
import type { TopicPartitions } from './consumer/partitions.ts'

/** A question that is still to be answered; the shell knows who asked. `K` tells which kind of answer it takes. */
export type Ask<K extends keyof Outcomes = keyof Outcomes> = number & { readonly of?: K }

export interface Client {
  readonly clientId: string
  /** As Kafka shows it: `/127.0.0.1`. */
  readonly clientHost: string
}

export interface Protocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface JoinEvent {
  readonly kind: 'join'
  /** Of the request: several rules of JoinGroup depend on what the client understands. */
  readonly apiVersion: number
  readonly client: Client
  readonly memberId: string
  readonly instanceId: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly Protocol[]
  readonly reason: string | null
  /** Becomes part of the member's id if it has none yet. */
  readonly uuid: string
}

export interface SyncEvent {
  readonly kind: 'sync'
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
  /** Null in requests below version 5. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignments: readonly { memberId: string; assignment: Uint8Array }[]
}

export interface HeartbeatEvent {
  readonly kind: 'heartbeat'
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
}

export interface LeavingMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly reason: string | null
}

export interface LeaveEvent {
  readonly kind: 'leave'
  readonly members: readonly LeavingMember[]
}

/** A topic as a request names it: by name, or (from version 10 of the offset APIs) by id. */
export type TopicRef = { readonly name: string } | { readonly topicId: string }

export interface Producer {
  readonly producerId: bigint
  readonly producerEpoch: number
}

export interface CommitEvent {
  readonly kind: 'commit'
  readonly apiVersion: number
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
  /** Clients up to 2.0 could ask for their own retention; -1 is the broker's. */
  readonly retentionMs: bigint
  /** In a transaction of this producer: it counts when that commits. */
  readonly producer?: Producer
  readonly topics: readonly {
    readonly topic: TopicRef
    readonly partitions: readonly {
      readonly partition: number
      readonly offset: bigint
      readonly leaderEpoch: number
      readonly metadata: string | null
    }[]
  }[]
}

export interface FetchOffsetsEvent {
  readonly kind: 'fetch-offsets'
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null asks for everything that was committed; `byId` then says how the answer names topics. */
  readonly topics:
    | readonly { readonly topic: TopicRef; readonly partitions: readonly number[] }[]
    | null
  readonly byId: boolean
  readonly requireStable: boolean
}

export interface DeleteOffsetsEvent {
  readonly kind: 'delete-offsets'
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[]
}

/** KIP-848: joining, staying, changing one's mind and leaving, all in one. */
export interface ConsumerHeartbeatEvent {
  readonly kind: 'consumer-heartbeat'
  readonly apiVersion: number
  readonly client: Client
  readonly memberId: string
  /** 0 joins, -1 leaves, -2 leaves for a while (static members). */
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  /** -1: as before; so is null in the fields below. */
  readonly rebalanceTimeoutMs: number
  readonly topicNames: readonly string[] | null
  readonly regex: string | null
  readonly serverAssignor: string | null
  readonly reported: PartitionSet | null
  /** For a member that came without an id. */
  readonly uuid: string
}

export type AskedEvent =
  | ConsumerHeartbeatEvent
  | JoinEvent
  | SyncEvent
  | HeartbeatEvent
  | LeaveEvent
  | CommitEvent
  | FetchOffsetsEvent
  | DeleteOffsetsEvent
  | { readonly kind: 'describe-classic' }
  | { readonly kind: 'describe-consumer' }
  | { readonly kind: 'delete-group' }

export type GroupEvent =
  | (AskedEvent & { readonly ask: Ask })
  | { readonly kind: 'timeout'; readonly timer: string }
  /** The partition's records have been replayed. */
  | { readonly kind: 'loaded' }
  /** From time to time: what is old enough goes. */
  | { readonly kind: 'sweep' }
  /** Its marker is in the log of the partition. */
  | {
      readonly kind: 'transaction-ended'
      readonly producerId: bigint
      readonly committed: boolean
    }
  | { readonly kind: 'topics-deleted'; readonly topics: ReadonlySet<string> }

export interface JoinOutcome {
  readonly error: ErrorName
  readonly memberId: string
  readonly generation: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  readonly members: readonly {
    readonly memberId: string
    readonly instanceId: string | null
    readonly metadata: Uint8Array
  }[]
}

export interface SyncOutcome {
  readonly error: ErrorName
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Uint8Array
}

export interface LeaveOutcome {
  readonly error: ErrorName
  readonly members: readonly {
    readonly memberId: string
    readonly instanceId: string | null
    readonly error: ErrorName
  }[]
}

/** Names and ids as far as both are known; an answer takes what its version asks for. */
export interface TopicOutcome<P> {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly P[]
}

export interface PartitionError {
  readonly partition: number
  readonly error: ErrorName
}

export interface FetchedOffset extends PartitionError {
  readonly offset: bigint
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export interface DescribeClassicOutcome {
  readonly error: ErrorName
  readonly message: string | null
  readonly state: string
  readonly protocolType: string
  readonly protocol: string
  readonly members: readonly {
    readonly memberId: string
    readonly instanceId: string | null
    readonly clientId: string
    readonly clientHost: string
    readonly metadata: Uint8Array
    readonly assignment: Uint8Array
  }[]
}

export interface ConsumerHeartbeatOutcome {
  readonly error: ErrorName
  readonly message: string | null
  readonly memberId: string | null
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number
  /** Null: unchanged. */
  readonly assignment: readonly TopicPartitions[] | null
}

export interface DescribedAssignment extends TopicPartitions {
  readonly topicName: string
}

export interface DescribeConsumerOutcome {
  readonly error: ErrorName
  readonly message: string | null
  readonly state: string
  readonly epoch: number
  readonly targetEpoch: number
  readonly assignor: string
  readonly members: readonly {
    readonly memberId: string
    readonly instanceId: string | null
    readonly rackId: string | null
    readonly memberEpoch: number
    readonly clientId: string
    readonly clientHost: string
    readonly topicNames: readonly string[]
    readonly regex: string
    readonly assigned: readonly DescribedAssignment[]
    readonly target: readonly DescribedAssignment[]
    readonly isClassic: boolean
  }[]
}

export interface ErrorOutcome {
  readonly error: ErrorName
}

/** The answer to each kind of event. `error` stands for the whole; what it holds for one part stands there. */
export interface Outcomes {
  join: JoinOutcome
  sync: SyncOutcome
  heartbeat: ErrorOutcome
  leave: LeaveOutcome
  commit: ErrorOutcome & { readonly topics: readonly TopicOutcome<PartitionError>[] }
  'fetch-offsets': ErrorOutcome & { readonly topics: readonly TopicOutcome<FetchedOffset>[] }
  'delete-offsets': ErrorOutcome & {
    readonly topics: readonly {
      readonly name: string
      readonly partitions: readonly PartitionError[]
    }[]
  }
  'describe-classic': DescribeClassicOutcome
  'describe-consumer': DescribeConsumerOutcome
  'consumer-heartbeat': ConsumerHeartbeatOutcome
  'delete-group': ErrorOutcome
}

export type OutcomeOf<E extends AskedEvent> = Outcomes[E['kind']]
