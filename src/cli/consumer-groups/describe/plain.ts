import { left } from '../../java/text.ts'
import { type GroupView, inOrder, type OffsetRow, type TopicPartition } from './view.ts'

const missing = '-'
const widthMin = 15

function widthOf(header: number, cells: readonly (string | null)[]): number {
  return Math.max(header, ...cells.map((cell) => (cell ?? missing).length))
}

const shown = (value: unknown) => String(value ?? missing)

/** Kafka's table of offsets; it begins with an empty line, and every line but the first ends the one before it. */
export function plainOffsets(
  rows: readonly OffsetRow[],
  { verbose }: { verbose: boolean },
): string {
  const widths = {
    group: widthOf(
      widthMin,
      rows.map(({ group }) => group),
    ),
    topic: widthOf(
      widthMin,
      rows.map(({ topic }) => topic),
    ),
    consumer: widthOf(
      widthMin,
      rows.map(({ consumerId }) => consumerId),
    ),
    host: widthOf(
      widthMin,
      rows.map(({ host }) => host),
    ),
  }
  const line = (row: { readonly [K in keyof OffsetRow]: unknown }) =>
    [
      '',
      left(row.group, widths.group),
      left(row.topic, widths.topic),
      left(row.partition, 10),
      ...(verbose ? [left(shown(row.leaderEpoch), 15)] : []),
      left(shown(row.currentOffset), 15),
      left(shown(row.logEndOffset), 15),
      left(shown(row.lag), 15),
      left(shown(row.consumerId), widths.consumer),
      left(shown(row.host), widths.host),
      shown(row.clientId),
    ]
      .join(' ')
      .slice(1)
  return [header, ...rows].map((row) => `\n${line(row)}`).join('') + '\n'
}

const header = {
  group: 'GROUP',
  topic: 'TOPIC',
  partition: 'PARTITION',
  leaderEpoch: 'LEADER-EPOCH',
  currentOffset: 'CURRENT-OFFSET',
  logEndOffset: 'LOG-END-OFFSET',
  lag: 'LAG',
  consumerId: 'CONSUMER-ID',
  host: 'HOST',
  clientId: 'CLIENT-ID',
}

/** Kafka's table of members; the header stands there even when nobody is in the group. */
export function plainMembers(view: GroupView, { verbose }: { verbose: boolean }): string {
  const { group, members } = view
  const hasInstances = members.some(({ instanceId }) => instanceId !== null)
  const isMixed =
    members.some(({ upgraded }) => upgraded === false) &&
    members.some(({ upgraded }) => upgraded !== null)
  const rows = members.map((member) => ({
    consumer: member.consumerId,
    instance: member.instanceId ?? '',
    host: member.host,
    client: member.clientId,
    count: String(member.assignment.length),
    epoch: shown(member.epoch),
    current: assignmentText(member.assignment),
    targetEpoch: shown(view.targetAssignmentEpoch),
    target: assignmentText(member.target ?? []),
    upgraded: member.upgraded === null ? missing : String(member.upgraded),
  }))
  const widths = {
    group: rows.length === 0 ? widthMin : widthOf(widthMin, [group]),
    consumer: widthOf(
      widthMin,
      rows.map(({ consumer }) => consumer),
    ),
    instance: widthOf(
      17,
      rows.map(({ instance }) => instance),
    ),
    host: widthOf(
      widthMin,
      rows.map(({ host }) => host),
    ),
    client: widthOf(
      widthMin,
      rows.map(({ client }) => client),
    ),
    current: widthOf(
      20,
      rows.map(({ current }) => current),
    ),
    target: widthOf(
      20,
      rows.map(({ target }) => target),
    ),
  }
  const titles: (typeof rows)[number] = {
    consumer: 'CONSUMER-ID',
    instance: 'GROUP-INSTANCE-ID',
    host: 'HOST',
    client: 'CLIENT-ID',
    count: '#PARTITIONS',
    epoch: 'CURRENT-EPOCH',
    current: 'CURRENT-ASSIGNMENT',
    targetEpoch: 'TARGET-EPOCH',
    target: 'TARGET-ASSIGNMENT',
    upgraded: 'UPGRADED',
  }
  const line = (name: string, row: (typeof rows)[number]) => {
    const cells = [
      left(name, widths.group),
      left(row.consumer, widths.consumer),
      ...(hasInstances ? [left(row.instance, widths.instance)] : []),
      left(row.host, widths.host),
      left(row.client, widths.client),
      left(row.count, 15),
    ]
    const more = [
      left(row.epoch, 15),
      left(row.current, widths.current),
      left(row.targetEpoch, 15),
      left(row.target, widths.target),
    ]
    const tail = verbose ? `${more.join(' ')}${isMixed ? ` ${row.upgraded}` : ''}` : ''
    return `${cells.join(' ')} ${tail}`
  }
  return `\n${[line('GROUP', titles), ...rows.map((row) => line(group, row))].join('\n')}\n`
}

/** `t1:0,1;t2:3`. */
export function assignmentText(partitions: readonly TopicPartition[]): string {
  if (partitions.length === 0) return missing
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of inOrder(partitions)) {
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition])
  }
  return [...byTopic].map(([topic, numbers]) => `${topic}:${numbers}`).join(';')
}

/** Kafka's line about the group as a whole. */
export function plainState(view: GroupView, { verbose }: { verbose: boolean }): string {
  const { host, port, id } = view.coordinator
  const coordinator = `${host}:${port}  (${id})`
  const widths = {
    group: widthOf(widthMin, [view.group]),
    coordinator: widthOf(25, [coordinator]),
  }
  const line = (cells: readonly string[]) => {
    const [group, at, strategy, state, groupEpoch, targetEpoch, members] = cells as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    return [
      left(group, widths.group),
      left(at, widths.coordinator),
      left(strategy, 20),
      left(state, 20),
      ...(verbose ? [left(groupEpoch, 15), left(targetEpoch, 25)] : []),
      members,
    ].join(' ')
  }
  const titles = [
    'GROUP',
    'COORDINATOR (ID)',
    'ASSIGNMENT-STRATEGY',
    'STATE',
    'GROUP-EPOCH',
    'TARGET-ASSIGNMENT-EPOCH',
    '#MEMBERS',
  ]
  const values = [
    view.group,
    coordinator,
    view.strategy === '' ? missing : view.strategy,
    view.state,
    shown(view.groupEpoch),
    shown(view.targetAssignmentEpoch),
    String(view.members.length),
  ]
  return `\n${line(titles)}\n${line(values)}\n`
}
