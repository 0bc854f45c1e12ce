/** The committed offsets of one group, by topic and partition. */
import type { ContentOf } from '../records.ts'

export type CommittedOffset = ContentOf<'offset'>
export type Offsets = Map<string, Map<number, CommittedOffset>>

export function offsetOf(
  offsets: Offsets,
  topic: string,
  partition: number,
): CommittedOffset | undefined {
  return offsets.get(topic)?.get(partition)
}

export function applyOffset(
  offsets: Offsets,
  { topic, partition }: { topic: string; partition: number },
  value: CommittedOffset | null,
): void {
  const partitions = offsets.get(topic)
  if (value !== null) {
    if (partitions === undefined) offsets.set(topic, new Map([[partition, value]]))
    else partitions.set(partition, value)
  } else if (partitions !== undefined) {
    partitions.delete(partition)
    if (partitions.size === 0) offsets.delete(topic)
  }
}
