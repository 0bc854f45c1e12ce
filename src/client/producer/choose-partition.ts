/** A partition and what waits there to be sent. */
export type Queue = { readonly partition: number; readonly waiting: number }

/**
 * The next partition for records without a key (KIP-794): by chance, but those with a shorter queue more often, so that a slow
 * broker is not given as much as it cannot take. `chance` is at least 0 and below 1.
 */
export function choosePartition(queues: readonly Queue[], chance: number): number {
  let longest = 0
  for (const { waiting } of queues) if (waiting > longest) longest = waiting
  let sum = 0
  for (const { waiting } of queues) sum += longest + 1 - waiting
  let left = Math.floor(chance * sum)
  for (const { partition, waiting } of queues) {
    left -= longest + 1 - waiting
    if (left < 0) return partition
  }
  return queues[queues.length - 1]!.partition
}
