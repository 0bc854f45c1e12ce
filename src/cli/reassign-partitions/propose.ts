import { KafkaError } from '../../protocol/errors.ts'

export type Place = { readonly id: number; readonly rack: string | null }

/**
 * Replicas for each partition: brokers in turn, so that each gets as many leaders and replicas as the others, and neighbours in
 * the turn are in other racks. `start` is where the turn begins.
 */
export function propose(
  brokers: readonly Place[],
  { partitions, replicas, start }: { partitions: number; replicas: number; start: number },
): number[][] {
  if (brokers.length === 0) {
    throw new KafkaError(
      'INVALID_REPLICATION_FACTOR',
      'All brokers are currently fenced, or have all their log directories cordoned.',
    )
  }
  if (replicas > brokers.length) {
    throw new KafkaError(
      'INVALID_REPLICATION_FACTOR',
      `The target replication factor of ${replicas} cannot be reached because only ${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned.`,
    )
  }
  const turn = byRacksInTurn(brokers)
  return Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: replicas }, (_, i) => turn[(start + partition + i) % turn.length]!.id),
  )
}

function byRacksInTurn(brokers: readonly Place[]): Place[] {
  const racks = new Map<string | null, Place[]>()
  for (const broker of [...brokers].sort((a, b) => a.id - b.id)) {
    racks.set(broker.rack, [...(racks.get(broker.rack) ?? []), broker])
  }
  const columns = [...racks.values()]
  const longest = Math.max(...columns.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) =>
    columns.flatMap((column) => column[i] ?? []),
  ).flat()
}
