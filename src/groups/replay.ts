/** The groups that a log tells of, when it is read again from its start. */
import { apply, applyPending, beginSimple } from './apply.ts'
import { type Group, isVacant, newGroup } from './group.ts'
import { type GroupRecord, groupIdOf } from './records.ts'

/** With the producer of a transactional batch. */
export function replay(
  groups: Map<string, Group>,
  record: GroupRecord,
  producerId: bigint | null = null,
): void {
  const id = groupIdOf(record)
  const group = groups.get(id) ?? newGroup(id)
  if (producerId === null) apply(group, record)
  else applyPending(group, record, producerId)
  // Between the protocols a group is nothing for the length of a record, and keeps its offsets.
  if (isVacant(group) && !hasOffsets(group)) groups.delete(id)
  else groups.set(id, group)
}

/** The log is at its end: what has offsets and no more is a simple group. */
export function replayed(groups: ReadonlyMap<string, Group>): void {
  for (const group of groups.values()) beginSimple(group)
}

const hasOffsets = ({ offsets, pending }: Group): boolean => offsets.size > 0 || !pending.isEmpty
