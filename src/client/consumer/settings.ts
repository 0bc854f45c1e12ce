import type { IsolationLevel } from '../admin/offsets.ts'

/** Where to begin without a committed offset, or when the position is no longer in the log. A bigint is an age in milliseconds. */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly ageMs: bigint }

/** The names are those of Kafka's configurations, the defaults too. */
export type ConsumerSettings = {
  groupId: string | null
  groupInstanceId: string | null
  groupProtocol: 'classic' | 'consumer'
  /** Names of assignors: range, roundrobin, sticky, cooperative-sticky; the group takes the first that all have. */
  assignors: readonly string[]
  /** The group coordinator's assignor, for the protocol `consumer`. */
  groupRemoteAssignor: string | null
  autoOffsetReset: OffsetReset
  enableAutoCommit: boolean
  autoCommitIntervalMs: number
  isolationLevel: IsolationLevel
  fetchMinBytes: number
  fetchMaxBytes: number
  fetchMaxWaitMs: number
  maxPartitionFetchBytes: number
  /** Fetched ahead while the records before are being processed. */
  prefetchBytes: number
  checkCrcs: boolean
  allowAutoCreateTopics: boolean
  excludeInternalTopics: boolean
  clientRack: string
  sessionTimeoutMs: number
  heartbeatIntervalMs: number
  maxPollIntervalMs: number
  /** Not a limit here: it decides in which order the partitions of one answer come. */
  maxPollRecords: number
  defaultApiTimeoutMs: number
}

export type ConsumerOptions = Partial<ConsumerSettings>

export function consumerSettings(
  options: ConsumerOptions,
  { defaultApiTimeoutMs }: { defaultApiTimeoutMs: number },
): ConsumerSettings {
  return {
    groupId: null,
    groupInstanceId: null,
    groupProtocol: 'classic',
    assignors: ['range', 'cooperative-sticky'],
    groupRemoteAssignor: null,
    autoOffsetReset: 'latest',
    enableAutoCommit: true,
    autoCommitIntervalMs: 5000,
    isolationLevel: 'read_uncommitted',
    fetchMinBytes: 1,
    fetchMaxBytes: 50 * 1024 * 1024,
    fetchMaxWaitMs: 500,
    maxPartitionFetchBytes: 1024 * 1024,
    prefetchBytes: 4 * 1024 * 1024,
    checkCrcs: true,
    allowAutoCreateTopics: true,
    excludeInternalTopics: true,
    clientRack: '',
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 3000,
    maxPollIntervalMs: 300_000,
    maxPollRecords: 500,
    defaultApiTimeoutMs,
    ...options,
  }
}
