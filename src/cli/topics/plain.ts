import { zeroUuid } from '../../base/uuid.ts'
import { type PartitionView, type Report, showsHeaders, type TopicView } from './view.ts'

/** Kafka's own text of `--list`: without topics it is one empty line. */
export function plainNames(names: readonly string[]): string {
  return `${names.join('\n')}\n`
}

/** Kafka's own text of `--describe`: a line for the topic, and one for each partition, which begins with a tab. */
export function plainTopics(topics: readonly TopicView[], report: Report): string {
  const lines = topics.flatMap((topic) => [
    ...(showsHeaders(report) ? [topicLine(topic)] : []),
    ...(report.overrides ? [] : topic.partitions.map((each) => partitionLine(topic.name, each))),
  ])
  return lines.map((line) => `${line}\n`).join('')
}

function topicLine({ name, topicId, partitions, replicationFactor, configs }: TopicView): string {
  const set = configs.filter(({ isDefault }) => !isDefault)
  return [
    `Topic: ${name}`,
    ...(topicId === zeroUuid ? [] : [`TopicId: ${topicId}`]),
    `PartitionCount: ${partitions.length}`,
    `ReplicationFactor: ${replicationFactor}`,
    `Configs: ${set.map((each) => `${each.name}=${each.value}`).join(',')}`,
  ].join('\t')
}

function partitionLine(topic: string, view: PartitionView): string {
  const { partition, leader, replicas, isr, elr, lastKnownElr, reassignment } = view
  const moving =
    reassignment === undefined
      ? []
      : [`Adding Replicas: ${reassignment.adding}`, `Removing Replicas: ${reassignment.removing}`]
  return [
    '',
    `Topic: ${topic}`,
    `Partition: ${partition}`,
    `Leader: ${leader ?? 'none'}`,
    `Replicas: ${replicas}`,
    `Isr: ${isr}`,
    ...moving,
    `Elr: ${elr ?? 'N/A'}`,
    `LastKnownElr: ${lastKnownElr ?? 'N/A'}`,
  ].join('\t')
}
