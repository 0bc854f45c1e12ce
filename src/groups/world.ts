/** What a turn of the group coordinator is told besides the event: time, settings, and the topics of the cluster. */
export interface World {
  readonly now: number
  readonly config: CoordinatorConfig
  readonly topics: Topics
}

/** Named after Kafka's broker configurations. */
export interface CoordinatorConfig {
  readonly groupMinSessionTimeoutMs: number
  readonly groupMaxSessionTimeoutMs: number
  readonly groupMaxSize: number
  readonly groupInitialRebalanceDelayMs: number
  readonly offsetMetadataMaxBytes: number
  readonly offsetsRetentionMs: number
  readonly groupConsumerMaxSize: number
  /** Names of server-side assignors; the first one is used where members do not say. */
  readonly groupConsumerAssignors: readonly string[]
  readonly groupConsumerMigrationPolicy: 'disabled' | 'upgrade' | 'downgrade' | 'bidirectional'
  /** KIP-848 is not for this cluster. */
  readonly consumerProtocolDisabled: boolean
  /** Each may be set for one group alone, within the broker's bounds. */
  consumer(groupId: string): ConsumerConfig
}

export interface ConsumerConfig {
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly assignmentIntervalMs: number
}

export interface Topic {
  readonly id: string
  readonly name: string
  readonly partitionCount: number
  /** Changes when what matters to an assignment does: partitions, racks (KIP-1101). */
  readonly hash: bigint
}

export interface Topics {
  byName(name: string): Topic | undefined
  byId(id: string): Topic | undefined
  names(): Iterable<string>
  /** Grows with every change of a topic: who has seen this one has seen them all. */
  readonly version: number
  /** How far the metadata log is known; part of some records. */
  readonly offset: bigint
}

/** A new member's JoinGroup may wait this long: it cannot send heartbeats before it knows its id. */
export const newMemberJoinTimeoutMs = 5 * 60 * 1000
