/** Whether a topic's list names this replica: `*`, or pairs of partition and broker. */
export function isThrottledReplica(
  list: readonly string[],
  { partition, brokerId }: { partition: number; brokerId: number },
): boolean {
  const named = `${partition}:${brokerId}`
  return list.some((each) => each.trim() === '*' || each.trim() === named)
}
