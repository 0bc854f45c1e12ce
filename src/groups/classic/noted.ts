/** What the timeline tells of an assignment; only of consumers it is known which partitions that are. */

import { decodeAssignment } from '../../protocol/records/member-bytes.ts'
import type { NotedAssignment } from '../notes.ts'
import { consumerProtocolType } from './protocols.ts'
import type { ClassicGroup, Member } from './state.ts'

export function notedAssignment(group: ClassicGroup): NotedAssignment {
  const shares = [...group.members.values()].map(
    (each) => [each.id, sharesOf(group, each)] as const,
  )
  return {
    generation: group.generation,
    protocol: group.protocolName ?? '',
    partitions: new Map(shares.map(([id, topics]) => [id, count(topics)])),
    shares: new Map(shares.map(([id, topics]) => [id, topics ?? []])),
  }
}

/** Null where the assignment is not a consumer's. */
function sharesOf(group: ClassicGroup, { assignment }: Member) {
  if (group.protocolType !== consumerProtocolType) return null
  try {
    return decodeAssignment(assignment).assignedPartitions
  } catch {
    return null
  }
}

const count = (shares: ReturnType<typeof sharesOf>): number =>
  shares === null ? -1 : shares.reduce((sum, { partitions }) => sum + partitions.length, 0)
