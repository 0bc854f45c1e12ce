import { describeCluster } from '../../client/admin/cluster.ts'
import { byTopic, comparePartitions } from '../../client/topic-partition.ts'
import { javaHashMapOrder, topicPartitionHash } from '../../protocol/java-hash-map.ts'
import { show } from '../output/show.ts'
import { assignmentJson, replicasOfTopics } from './ask.ts'
import { parseBrokers, parseTopics, read, type Target } from './files.ts'
import { propose } from './propose.ts'
import { nameOf, type Run } from './run.ts'

export async function generate(run: Run): Promise<void> {
  const { options, cluster, machine, form } = run
  const text = read(options.text('topics-to-move-json-file')!)
  const brokers = parseBrokers(options.text('broker-list')!)
  const current = await replicasOfTopics(cluster, parseTopics(text))
  const proposed = await proposalFor(run, { current, brokers })
  const now = await assignmentJson(cluster, current)
  const then = await assignmentJson(null, proposed)
  await show(
    {
      json: () => ({ current: JSON.parse(now), proposed: JSON.parse(then) }),
      plain: () =>
        `Current partition replica assignment\n${now}\n\nProposed partition reassignment configuration\n${then}\n`,
      table: () => sheet(current, proposed),
      none: 'There are no topics in the file, and so nothing to move.\n',
    },
    { form, machine },
  )
  // The next proposal would be another one: who likes this one has to keep it.
  if (form === 'table' && proposed.length > 0) machine.stdout.write(hint(then))
}

async function proposalFor(
  { options, cluster }: Run,
  { current, brokers: wanted }: { current: readonly Target[]; brokers: readonly number[] },
): Promise<Target[]> {
  const isRackAware = !options.has('disable-rack-aware')
  const brokers = (await describeCluster(cluster)).nodes
    .filter(({ id }) => wanted.includes(id))
    .map(({ id, rack }) => ({ id, rack: isRackAware ? rack : null }))
  const { random } = cluster.settings.host
  return [...byTopic(current)].flatMap(([topic, list]) => {
    const start = Math.floor(random.number() * brokers.length)
    // Kafka's tool asks the partition that comes first in its hash map.
    const [first] = javaHashMapOrder(list, { hash: topicPartitionHash })
    const shape = { partitions: list.length, replicas: first!.replicas.length, start }
    return propose(brokers, shape).map((replicas, index) => ({
      topic,
      partition: list[index]!.partition,
      replicas,
    }))
  })
}

function sheet(current: readonly Target[], proposed: readonly Target[]) {
  const then = new Map(proposed.map((each) => [nameOf(each), each.replicas.join(',')]))
  return {
    head: ['TOPIC', 'PARTITION', 'REPLICAS NOW', 'PROPOSED', ''],
    rows: [...current].sort(comparePartitions).map((each) => {
      const [now, next] = [each.replicas.join(','), then.get(nameOf(each))!]
      return [each.topic, String(each.partition), now, next, now === next ? 'stays' : '']
    }),
    aligns: ['left', 'right', 'left', 'left', 'left'],
  } as const
}

const hint = (plan: string) => `
Nothing has been moved. To do it, keep this plan in a file, plan.json:

${plan}

and run: reassign-partitions --execute --reassignment-json-file plan.json
`
