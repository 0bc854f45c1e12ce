import type { TopicPartition } from '../topic-partition.ts'
import type { CommitIdentity } from './commit.ts'

/** What a membership asks of the consumer that it belongs to. */
export type GroupHost = {
  /** The names that are subscribed to now; for a pattern those that match. */
  topics(): readonly string[]
  owned(): TopicPartition[]
  /** Commits what was processed, if the consumer does so by itself. */
  commitProcessed(): Promise<void>
  /** Takes partitions away after the listener has had its say. */
  revoke(partitions: readonly TopicPartition[]): Promise<void>
  /** Takes away partitions that somebody else may have already. */
  lose(partitions: readonly TopicPartition[]): Promise<void>
  assign(partitions: readonly TopicPartition[]): Promise<void>
  /** There is work to do at the next poll, or an error to throw. */
  wake(): void
}

/** A member of a group, by the classic protocol or by that of KIP-848. Joins and hand-overs happen inside `work` alone. */
export interface Membership {
  /** Whether `work` has to run before records are handed out. */
  readonly needsWork: boolean
  /** Joins, gives back and takes over partitions. Throws what the member cannot get over. */
  work(): Promise<void>
  /** The consumer was polled: it is alive. */
  polled(): void
  /** Metadata or subscription may have changed. */
  topicsChanged(): void
  identity(): CommitIdentity
  /** Tells the coordinator that the member goes; static members stay. */
  leave(): Promise<void>
}
