import { zeroUuid } from '../../base/uuid.ts'
import { type PartitionView, type Report, showsHeaders, type TopicView } from './view.ts'

/** Kafka's own text of `--list`: without topics it is one empty line. */
export function plainNames(names: readonly string[]): string {
  return `${names.join('\n')}\n`
}

/** Kafka's own text of `--describe`: a line for the topic, and one for each partition, which begins with a tab. */
export function plainTopics(topics: readonly TopicView[], report: Report): string {
  const hasHeaders = showsHeaders(report)
  let text = ''
  for (const topic of topics) {
    if (hasHeaders) text += topicLine(topic)
    if (report.overrides) continue
    for (const each of topic.partitions) text += partitionLine(topic.name, each)
  }
  return text
}

function topicLine({ name, topicId, partitions, replicationFactor, configs }: TopicView): string {
  const id = topicId === zeroUuid ? '' : `\tTopicId: ${topicId}`
  const set = configs.filter(({ isDefault }) => !isDefault)
  const settings = set.map((each) => `${each.name}=${each.value}`).join(',')
  const counts = `PartitionCount: ${partitions.length}\tReplicationFactor: ${replicationFactor}`
  return `Topic: ${name}${id}\t${counts}\tConfigs: ${settings}\n`
}

function partitionLine(topic: string, view: PartitionView): string {
  const { partition, leader, replicas, isr, elr, lastKnownElr, reassignment } = view
  const place = `Topic: ${topic}\tPartition: ${partition}\tLeader: ${leader ?? 'none'}`
  const moving =
    reassignment === undefined
      ? ''
      : `\tAdding Replicas: ${reassignment.adding}\tRemoving Replicas: ${reassignment.removing}`
  const eligible = `Elr: ${elr ?? 'N/A'}\tLastKnownElr: ${lastKnownElr ?? 'N/A'}`
  return `\t${place}\tReplicas: ${replicas}\tIsr: ${isr}${moving}\t${eligible}\n`
}
