import type { Machine } from '../machine.ts'
import type { Form } from '../output/form.ts'
import { jsonLine } from '../output/json.ts'
import { plainNames, plainTopics } from './plain.ts'
import type { Report, TopicView } from './view.ts'

/** The names of topics, in the form that was chosen. */
export async function showNames(
  names: readonly string[],
  { form, machine: { stdout } }: { form: Form; machine: Machine },
): Promise<void> {
  if (form === 'json') stdout.write(jsonLine(names))
  // A person gets no empty line for nothing.
  else if (form === 'table') {
    stdout.write(names.map((name) => `${name}\n`).join('') || 'There are no such topics.\n')
  } else stdout.write(plainNames(names))
}

export async function showTopics(
  topics: readonly TopicView[],
  { report, form, machine }: { report: Report; form: Form; machine: Machine },
): Promise<void> {
  const { stdout } = machine
  if (form === 'json') stdout.write(jsonLine(topics.map(jsonTopic)))
  else if (form === 'plain') stdout.write(plainTopics(topics, report))
  else stdout.write((await import('./table.ts')).topicsTable(topics, { report, machine }))
}

/** The stable form of a topic for programs: docs/json.md. */
function jsonTopic(topic: TopicView) {
  return {
    topic: topic.name,
    topicId: topic.topicId,
    partitionCount: topic.partitions.length,
    replicationFactor: topic.replicationFactor,
    configs: Object.fromEntries(
      topic.configs.filter(({ isDefault }) => !isDefault).map(({ name, value }) => [name, value]),
    ),
    partitions: topic.partitions.map((each) => ({
      partition: each.partition,
      leader: each.leader,
      replicas: each.replicas,
      isr: each.isr,
      elr: each.elr,
      lastKnownElr: each.lastKnownElr,
      ...(each.reassignment === undefined ? {} : { reassignment: each.reassignment }),
    })),
  }
}
