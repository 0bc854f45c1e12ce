/** KIP-951: an answer that says "not here" also says where. */
import type { Broker } from '../broker.ts'
import type { Call } from '../handler.ts'

export function currentLeader(
  broker: Broker,
  { topic, partition }: { topic: string; partition: number },
): { leaderId: number; leaderEpoch: number } {
  const known = broker.image.topicsByName.get(topic)?.partitions[partition]
  return { leaderId: known?.leader ?? -1, leaderEpoch: known?.leaderEpoch ?? -1 }
}

export function nodeEndpoints(
  broker: Broker,
  call: Call,
  ids: Iterable<number>,
): { nodeId: number; host: string; port: number; rack: string | null }[] {
  const wanted = new Set(ids)
  if (wanted.size === 0) return []
  return broker
    .aliveBrokers(call.listener)
    .filter(({ id }) => wanted.has(id))
    .map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack }))
}
