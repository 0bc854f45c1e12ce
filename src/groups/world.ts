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
}

export interface Topic {
  readonly id: string
  readonly name: string
  readonly partitionCount: number
}

export interface Topics {
  byName(name: string): Topic | undefined
  byId(id: string): Topic | undefined
}

/** A new member's JoinGroup may wait this long: it cannot send heartbeats before it knows its id. */
export const newMemberJoinTimeoutMs = 5 * 60 * 1000
