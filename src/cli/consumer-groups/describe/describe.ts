import { JavaError } from '../../java/errors.ts'
import type { Machine } from '../../machine.ts'
import type { Options } from '../../options/options.ts'
import type { Form } from '../../output/form.ts'
import { jsonLine } from '../../output/json.ts'
import { type Asking, describedGroups } from '../ask.ts'
import { plainMembers, plainOffsets, plainState } from './plain.ts'
import { rowsOfGroups } from './rows.ts'
import type { GroupView, OffsetRow } from './view.ts'

type Describe = {
  asking: Asking
  groupIds: readonly string[]
  options: Options
  form: Form
  machine: Machine
}

/** `--describe`: offsets, members or state of each group, one after the other. */
export async function describe({
  asking,
  groupIds,
  options,
  form,
  machine,
}: Describe): Promise<void> {
  const verbose = options.has('verbose')
  const groups = await describedGroups(asking, groupIds)
  if (options.has('members')) return showMembers(groups, { verbose, form, machine })
  if (options.has('state')) return showStates(groups, { verbose, form, machine })
  return showOffsets(await rowsOfGroups(asking, groups), { verbose, form, machine })
}

type Show = { verbose: boolean; form: Form; machine: Machine }

async function showOffsets(
  groups: ReadonlyMap<GroupView, readonly OffsetRow[]>,
  { verbose, form, machine }: Show,
): Promise<void> {
  const { stdout } = machine
  if (form === 'json') {
    stdout.write(jsonLine([...groups].map(([group, rows]) => jsonOffsets(group, rows))))
    return
  }
  const table = form === 'table' ? (await import('./table.ts')).offsetsTable : null
  for (const [group, rows] of groups) {
    remark(group, machine)
    if (rows.length === 0 || group.state === 'Dead') continue
    stdout.write(table === null ? plainOffsets(rows, { verbose }) : table(rows, { machine }))
  }
}

async function showMembers(
  groups: readonly GroupView[],
  { verbose, form, machine }: Show,
): Promise<void> {
  const { stdout } = machine
  if (form === 'json') {
    stdout.write(jsonLine(groups.map((group) => ({ ...jsonState(group), members: group.members }))))
    return
  }
  const table = form === 'table' ? (await import('./table.ts')).membersTable : null
  for (const group of groups) {
    remark(group, machine)
    if (table === null) stdout.write(plainMembers(group, { verbose }))
    // A person has been told already that nobody is there.
    else if (group.members.length > 0) stdout.write(table(group, { verbose, machine }))
  }
}

async function showStates(
  groups: readonly GroupView[],
  { verbose, form, machine }: Show,
): Promise<void> {
  const { stdout } = machine
  if (form === 'json') {
    stdout.write(jsonLine(groups.map(jsonState)))
    return
  }
  if (form === 'table') {
    const there = groups.filter(({ state }) => state !== 'Dead')
    for (const group of groups) if (group.state === 'Dead') remark(group, machine)
    const { statesTable } = await import('./table.ts')
    if (there.length > 0) stdout.write(statesTable(there, { verbose, machine }))
    return
  }
  for (const group of groups) {
    remark(group, machine)
    if (group.state !== 'Dead') stdout.write(plainState(group, { verbose }))
  }
}

const rebalancing = ['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling']

/** A word about the group as a whole, before its table. */
function remark({ group, state }: GroupView, { stdout, stderr }: Machine): void {
  if (state === 'Dead') stdout.write(`\nError: Consumer group '${group}' does not exist.\n`)
  else if (state === 'Empty') stderr.write(`\nConsumer group '${group}' has no active members.\n`)
  else if (rebalancing.includes(state)) {
    stderr.write(`\nWarning: Consumer group '${group}' is rebalancing.\n`)
  } else if (state !== 'Stable') {
    throw new JavaError(
      'org.apache.kafka.common.KafkaException',
      `Expected a valid consumer group state, but found '${state}'.`,
    )
  }
}

/** The stable form for programs: docs/json.md. */
function jsonOffsets(group: GroupView, rows: readonly OffsetRow[]) {
  const { state } = group
  const lags = rows.flatMap(({ lag }) => (lag === null ? [] : [lag]))
  return {
    group: group.group,
    state,
    totalLag: lags.reduce((sum, lag) => sum + lag, 0n),
    partitions: rows.map(({ group: _, ...row }) => row),
  }
}

function jsonState(group: GroupView) {
  const { coordinator, strategy, state, groupEpoch, targetAssignmentEpoch, members } = group
  return {
    group: group.group,
    state,
    coordinator: { id: coordinator.id, host: coordinator.host, port: coordinator.port },
    assignmentStrategy: strategy === '' ? null : strategy,
    groupEpoch,
    targetAssignmentEpoch,
    memberCount: members.length,
  }
}
