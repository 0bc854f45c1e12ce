import { left } from '../../java/text.ts'
import type { PlannedOffset } from './csv.ts'

const widthMin = 15

/** Kafka's table of new offsets. Without any group there is not even a header. */
export function plainPlan(
  plan: readonly (PlannedOffset & { group: string })[],
  { groups }: { groups: number },
): string {
  const groupWidth = Math.max(widthMin, ...plan.map(({ group }) => group.length))
  const topicWidth = Math.max(widthMin, ...plan.map(({ topic }) => topic.length))
  const line = (group: string, topic: string, partition: unknown, offset: unknown) =>
    `\n${left(group, groupWidth)} ${left(topic, topicWidth)} ${left(partition, 10)} ${offset}`
  const header = groups === 0 ? '' : line('GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET')
  const rows = plan.map((each) => line(each.group, each.topic, each.partition, each.offset))
  return `${header}${rows.join('')}\n`
}
