import type { Machine } from '../machine.ts'
import { colours, tableText, tableWidth } from '../output/table.ts'
import type { PartitionView, Report, TopicView } from './view.ts'

/** `--describe` for a person: the topic in bold, its settings, then its partitions, with what is wrong in red. */
export function topicsTable(
  topics: readonly TopicView[],
  { report, machine }: { report: Report; machine: Machine },
): string {
  const colour = colours(machine)
  const isReport =
    report.underReplicated || report.unavailable || report.underMinIsr || report.atMinIsr
  const shown = isReport ? topics.filter(({ partitions }) => partitions.length > 0) : topics
  if (isReport && shown.length === 0) return 'There are no such partitions.\n'
  return shown
    .map((topic) => {
      const { name, partitions, replicationFactor, topicId } = topic
      const counts = `${partitions.length} ${partitions.length === 1 ? 'partition' : 'partitions'}, replication factor ${replicationFactor}, id ${topicId}`
      const settings = topic.configs
        .filter(({ isDefault }) => !isDefault)
        .map((each) => `  ${each.name} = ${each.value}\n`)
        .join('')
      const rows = report.overrides ? '' : partitionsTable(partitions, machine)
      return `${colour.bold(name)}  ${colour.dim(counts)}\n${colour.dim(settings)}${rows}`
    })
    .join('\n')
}

function partitionsTable(partitions: readonly PartitionView[], machine: Machine): string {
  const colour = colours(machine)
  const moving = partitions.some(({ reassignment }) => reassignment !== undefined)
  // Who may lead beside those in sync (KIP-966): mostly nobody, and then there is no column for it.
  const hasEligible = partitions.some(({ elr }) => (elr ?? []).length > 0)
  const head = ['PARTITION', 'LEADER', 'REPLICAS', 'IN SYNC', ...(hasEligible ? ['ELIGIBLE'] : [])]
  const rows = partitions.map((each) => {
    const isShort = each.isr.length < each.replicas.length - (each.reassignment?.adding.length ?? 0)
    const move = each.reassignment
    return [
      String(each.partition),
      each.leader === null ? colour.red('none') : String(each.leader),
      each.replicas.join(','),
      isShort ? colour.red(each.isr.join(',') || 'none') : each.isr.join(','),
      ...(hasEligible ? [(each.elr ?? []).join(',')] : []),
      ...(moving
        ? [move === undefined ? '' : colour.yellow(`+${move.adding} −${move.removing}`)]
        : []),
    ]
  })
  return tableText([...head, ...(moving ? ['MOVING'] : [])], rows, {
    aligns: ['right', 'right', 'left', 'left', 'left', 'left'],
    colour,
    width: tableWidth(machine),
  })
}
