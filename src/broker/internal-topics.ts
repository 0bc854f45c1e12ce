/** How the coordinators' topics are made, the first time somebody needs them. */
import type { Settings } from './settings.ts'

export interface NewTopic {
  readonly name: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: readonly { name: string; value: string }[]
}

export const offsetsTopic = '__consumer_offsets'
export const transactionsTopic = '__transaction_state'

/** Null for a topic that is none of ours to make. */
export function internalTopic(name: string, settings: Settings): NewTopic | null {
  switch (name) {
    case offsetsTopic:
      return {
        name,
        numPartitions: settings.get('offsets.topic.num.partitions'),
        replicationFactor: settings.get('offsets.topic.replication.factor'),
        configs: [
          { name: 'cleanup.policy', value: 'compact' },
          { name: 'compression.type', value: 'producer' },
          { name: 'segment.bytes', value: String(settings.get('offsets.topic.segment.bytes')) },
        ],
      }
    case transactionsTopic:
      return {
        name,
        numPartitions: settings.get('transaction.state.log.num.partitions'),
        replicationFactor: settings.get('transaction.state.log.replication.factor'),
        configs: [
          { name: 'cleanup.policy', value: 'compact' },
          { name: 'compression.type', value: 'uncompressed' },
          {
            name: 'segment.bytes',
            value: String(settings.get('transaction.state.log.segment.bytes')),
          },
          {
            name: 'min.insync.replicas',
            value: String(settings.get('transaction.state.log.min.isr')),
          },
          { name: 'unclean.leader.election.enable', value: 'false' },
        ],
      }
    default:
      return null
  }
}
