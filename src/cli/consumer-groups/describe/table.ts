import { addressOf, addressText } from '../../../client/bootstrap.ts'
import type { Machine } from '../../machine.ts'
import { colours, tableText, tableWidth } from '../../output/table.ts'
import { assignmentText } from './plain.ts'
import type { GroupView, OffsetRow } from './view.ts'

/** Lag for a person: the sum first, then partition by partition; what is behind stands out. */
export function offsetsTable(
  rows: readonly OffsetRow[],
  { machine }: { machine: Machine },
): string {
  const colour = colours(machine)
  const total = rows.reduce((sum, { lag }) => sum + (lag ?? 0n), 0n)
  const lagText = (lag: bigint | null) => {
    if (lag === null) return colour.dim('-')
    return lag === 0n ? colour.green('0') : colour.yellow(String(lag))
  }
  const hasMembers = rows.some(({ consumerId }) => consumerId !== null)
  const shown = (value: unknown) => (value === null ? colour.dim('-') : String(value))
  const table = tableText(
    ['TOPIC', 'PARTITION', 'OFFSET', 'END', 'LAG', ...(hasMembers ? ['CONSUMER', 'HOST'] : [])],
    rows.map((row) => [
      row.topic,
      String(row.partition),
      shown(row.currentOffset),
      shown(row.logEndOffset),
      lagText(row.lag),
      ...(hasMembers ? [shown(row.consumerId), shown(row.host)] : []),
    ]),
    {
      aligns: ['left', 'right', 'right', 'right', 'right', 'left', 'left'],
      colour,
      width: tableWidth(machine),
    },
  )
  const group = rows[0]?.group ?? ''
  return `${colour.bold(group)}  lag ${lagText(total)}\n${table}`
}

/** Who is in a group, and what each of them reads. */
export function membersTable(
  { group, members, targetAssignmentEpoch }: GroupView,
  { verbose, machine }: { verbose: boolean; machine: Machine },
): string {
  const colour = colours(machine)
  const shown = (value: unknown) => (value === null ? colour.dim('-') : String(value))
  const hasInstances = members.some(({ instanceId }) => instanceId !== null)
  const table = tableText(
    [
      'CONSUMER',
      ...(hasInstances ? ['INSTANCE'] : []),
      'HOST',
      'CLIENT',
      'PARTITIONS',
      ...(verbose ? ['EPOCH', 'ASSIGNED', 'TARGET EPOCH', 'TARGET'] : []),
    ],
    members.map((member) => [
      member.consumerId,
      ...(hasInstances ? [shown(member.instanceId)] : []),
      member.host,
      member.clientId,
      String(member.assignment.length),
      ...(verbose
        ? [
            shown(member.epoch),
            assignmentText(member.assignment),
            shown(targetAssignmentEpoch),
            assignmentText(member.target ?? []),
          ]
        : []),
    ]),
    {
      aligns: [
        'left',
        ...(hasInstances ? (['left'] as const) : []),
        'left',
        'left',
        'right',
        'right',
        'left',
        'right',
        'left',
      ],
      colour,
      width: tableWidth(machine),
    },
  )
  const count = `${members.length} ${members.length === 1 ? 'member' : 'members'}`
  return `${colour.bold(group)}  ${count}\n${table}`
}

/** How groups are, one line for each. */
export function statesTable(
  groups: readonly GroupView[],
  { verbose, machine }: { verbose: boolean; machine: Machine },
): string {
  const colour = colours(machine)
  const shown = (value: unknown) => (value === null || value === '' ? '-' : String(value))
  return tableText(
    [
      'GROUP',
      'COORDINATOR',
      'STRATEGY',
      'STATE',
      ...(verbose ? ['EPOCH', 'TARGET EPOCH'] : []),
      'MEMBERS',
    ],
    groups.map(({ group, coordinator, strategy, state, members, ...epochs }) => [
      group,
      `${addressText(addressOf(coordinator.host, coordinator.port))} (${coordinator.id})`,
      shown(strategy),
      state,
      ...(verbose ? [shown(epochs.groupEpoch), shown(epochs.targetAssignmentEpoch)] : []),
      String(members.length),
    ]),
    {
      aligns: [
        'left',
        'left',
        'left',
        'left',
        ...(verbose ? (['right', 'right'] as const) : []),
        'right',
      ],
      colour,
      width: tableWidth(machine),
    },
  )
}
