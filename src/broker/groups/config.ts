/** What the core is told of this broker's settings, at the moment of asking: they may change at any time. */
import type { ConsumerConfig, CoordinatorConfig } from '../../groups/world.ts'
import type { Settings } from '../settings.ts'

const minuteMs = 60_000

export function coordinatorConfig(settings: Settings): CoordinatorConfig {
  return {
    get groupMinSessionTimeoutMs() {
      return settings.get('group.min.session.timeout.ms')
    },
    get groupMaxSessionTimeoutMs() {
      return settings.get('group.max.session.timeout.ms')
    },
    get groupMaxSize() {
      return settings.get('group.max.size')
    },
    get groupInitialRebalanceDelayMs() {
      return settings.get('group.initial.rebalance.delay.ms')
    },
    get offsetMetadataMaxBytes() {
      return settings.get('offset.metadata.max.bytes')
    },
    get offsetsRetentionMs() {
      return settings.get('offsets.retention.minutes') * minuteMs
    },
    get groupConsumerMaxSize() {
      return settings.get('group.consumer.max.size')
    },
    get groupConsumerAssignors() {
      return settings.get('group.consumer.assignors').map(assignorName)
    },
    get groupConsumerMigrationPolicy() {
      return migrationPolicy(settings.get('group.consumer.migration.policy'))
    },
    get consumerProtocolDisabled() {
      return !settings.get('group.coordinator.rebalance.protocols').includes('consumer')
    },
    consumer: (groupId) => consumerConfig(settings, groupId),
  }
}

// Kafka takes class names too; of its own there are two.
const classes = /^org\.apache\.kafka\.coordinator\.group\.assignor\.(Uniform|Range)Assignor$/

const assignorName = (name: string): string => classes.exec(name)?.[1]?.toLowerCase() ?? name

const policies = ['disabled', 'upgrade', 'downgrade', 'bidirectional'] as const

function migrationPolicy(text: string): CoordinatorConfig['groupConsumerMigrationPolicy'] {
  return policies.find((each) => each === text.toLowerCase()) ?? 'bidirectional'
}

/** A group's own values count within the bounds that the broker sets. */
function consumerConfig(settings: Settings, groupId: string): ConsumerConfig {
  const group = settings.group(groupId)
  return {
    get sessionTimeoutMs() {
      return within(
        group.get('consumer.session.timeout.ms'),
        settings.get('group.consumer.min.session.timeout.ms'),
        settings.get('group.consumer.max.session.timeout.ms'),
      )
    },
    get heartbeatIntervalMs() {
      return within(
        group.get('consumer.heartbeat.interval.ms'),
        settings.get('group.consumer.min.heartbeat.interval.ms'),
        settings.get('group.consumer.max.heartbeat.interval.ms'),
      )
    },
    get assignmentIntervalMs() {
      return within(
        group.get('consumer.assignment.interval.ms'),
        settings.get('group.consumer.min.assignment.interval.ms'),
        settings.get('group.consumer.max.assignment.interval.ms'),
      )
    },
  }
}

const within = (value: number, lowest: number, highest: number): number =>
  Math.min(Math.max(value, lowest), highest)
