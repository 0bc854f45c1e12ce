import type { TopicPartition } from '../topic-partition.ts'
import type { Assignment } from './assignment.ts'
import type { GroupHost } from './group.ts'

/** What happens to the assignment, told while it happens: inside `poll` or `close`. */
export type RebalanceListener = {
  /** Before partitions are given back; what was processed may still be committed. */
  revoked?(partitions: readonly TopicPartition[]): void | Promise<void>
  assigned?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** Somebody else may have them already; without it, `revoked` is told. */
  lost?(partitions: readonly TopicPartition[]): void | Promise<void>
}

/** How partitions come and go: the listener has its say while they are still there, or there already. */
export function handOver(
  assignment: Assignment,
  listener: () => RebalanceListener,
  isFailing: () => boolean,
): Pick<GroupHost, 'owned' | 'revoke' | 'lose' | 'assign'> {
  return {
    owned: () => assignment.partitions(),
    revoke: async (partitions) => {
      await listener().revoked?.(partitions)
      assignment.remove(partitions)
    },
    lose: async (partitions) => {
      const told = listener()
      await (told.lost ?? told.revoked)?.call(told, partitions)
      assignment.remove(partitions)
    },
    assign: async (partitions) => {
      // What is about to be thrown comes before news of nothing.
      if (partitions.length === 0 && isFailing()) return
      assignment.add(partitions)
      await listener().assigned?.(partitions)
    },
  }
}
