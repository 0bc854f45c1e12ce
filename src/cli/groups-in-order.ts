import type { GroupListing } from '../client/admin/list-groups.ts'
import { javaHashMapOrder } from '../protocol/java-hash-map.ts'
import { javaHashCode } from '../protocol/names.ts'

/** Kafka's tools keep the groups that the brokers list in a hash map: each once, and in the map's order. */
export function groupsInOrder(groups: readonly GroupListing[]): GroupListing[] {
  const once = new Map(groups.map((each) => [each.groupId, each]))
  return javaHashMapOrder([...once.values()], { hash: ({ groupId }) => javaHashCode(groupId) })
}
