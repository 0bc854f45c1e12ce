import {
  type Assignments,
  type Assignor,
  compareMembers,
  compareText,
  emptyAssignments,
  type GroupMember,
  type GroupTopics,
} from './assignor.ts'

/** Deals all partitions, by topic and number, to the members in turn, passing over those that do not want the topic. */
export const roundRobin: Assignor = { name: 'roundrobin', isCooperative: false, assign }

function assign({ partitionCounts }: GroupTopics, members: readonly GroupMember[]): Assignments {
  const assignments = emptyAssignments(members)
  const circle = [...members].sort(compareMembers)
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort(compareText)
  let turn = 0
  for (const topic of topics) {
    const count = partitionCounts.get(topic) ?? 0
    for (let partition = 0; partition < count; partition++) {
      while (!circle[turn % circle.length]!.topics.includes(topic)) turn++
      assignments.get(circle[turn % circle.length]!.memberId)!.push({ topic, partition })
      turn++
    }
  }
  return assignments
}
