/** What a member of the classic protocol is given, as its client reads it: no newer than the subscription that it sent. */
import {
  assignmentVersionMax,
  encodeAssignment,
  subscriptionVersionOf,
} from '../../../protocol/records/member-bytes.ts'
import type { Topics } from '../../world.ts'
import type { PartitionSet } from '../assign/assignor.ts'
import { listOf } from '../partitions.ts'
import type { ClassicSupport, OwnedPartitions } from '../state.ts'

export function assignmentBytes(
  given: PartitionSet | OwnedPartitions,
  { supportedProtocols }: ClassicSupport,
  topics: Topics,
): Uint8Array {
  const assignedPartitions = listOf(given).flatMap(({ topicId, partitions }) => {
    const topic = topics.byId(topicId)
    return topic === undefined ? [] : [{ topic: topic.name, partitions }]
  })
  const version = subscriptionVersionOf(supportedProtocols[0]!.metadata)
  return encodeAssignment(
    { assignedPartitions, userData: null },
    Math.min(version, assignmentVersionMax),
  )
}
