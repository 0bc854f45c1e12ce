/**
 * Whether a place is still in the log (KIP-320): after a change of leaders the new one may have cut off what was read. It
 * tells where the epoch of the last record read ended with it.
 */
import { offsetForLeaderEpoch } from '../../protocol/apis/offset-for-leader-epoch.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { byTopic } from '../topic-partition.ts'
import type { PartitionState } from './partition-state.ts'

/** True if the place has to be validated before it is fetched from. */
export function needsValidation(cluster: Cluster, state: PartitionState): boolean {
  if (!state.isPlaced || state.isFetching || state.bufferedBytes > 0) return false
  const leader = cluster.leaderOf(state.topic, state.partition)
  if (leader === null || leader.epoch < 0 || leader.epoch <= state.validatedEpoch) return false
  const { knownEpoch } = state
  if (knownEpoch !== null && knownEpoch < leader.epoch) return true
  state.validatedEpoch = leader.epoch
  return false
}

export type Truncation = { state: PartitionState; offset: bigint | null; epoch: number | null }

/** Asks the leaders; gives the places that are no longer in the log, with where the log ends instead, if that is known. */
export async function validate(
  cluster: Cluster,
  states: readonly PartitionState[],
): Promise<Truncation[]> {
  const byLeader = new Map<number, PartitionState[]>()
  for (const state of states) {
    const leader = cluster.leaderOf(state.topic, state.partition)
    if (leader !== null) byLeader.set(leader.id, [...(byLeader.get(leader.id) ?? []), state])
  }
  const found = await Promise.all([...byLeader].map(([id, some]) => askLeader(cluster, id, some)))
  return found.flat()
}

async function askLeader(
  cluster: Cluster,
  leaderId: number,
  states: readonly PartitionState[],
): Promise<Truncation[]> {
  const moves = new Map(states.map((state) => [state, state.moves]))
  const epochs = new Map(
    states.map((state) => [state, cluster.leaderOf(state.topic, state.partition)!.epoch]),
  )
  try {
    const connection = await cluster.broker(leaderId)
    const answer = await connection.call(offsetForLeaderEpoch, {
      replicaId: -1,
      topics: [...byTopic(states)].map(([topic, list]) => ({
        topic,
        partitions: list.map((state) => ({
          partition: state.partition,
          currentLeaderEpoch: epochs.get(state)!,
          leaderEpoch: state.knownEpoch!,
        })),
      })),
    })
    const truncations: Truncation[] = []
    for (const { topic, partitions } of answer.topics) {
      for (const { partition, errorCode, leaderEpoch, endOffset } of partitions) {
        const state = states.find((each) => each.topic === topic && each.partition === partition)
        if (state === undefined || state.moves !== moves.get(state)) continue
        if (errorCode !== 0) {
          defer(cluster, state)
          continue
        }
        state.validatedEpoch = epochs.get(state)!
        if (endOffset < 0n || leaderEpoch < 0)
          truncations.push({ state, offset: null, epoch: null })
        else if (endOffset < state.fetchOffset) {
          truncations.push({ state, offset: endOffset, epoch: leaderEpoch })
        }
      }
    }
    return truncations
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    for (const state of states) defer(cluster, state)
    return []
  }
}

function defer(cluster: Cluster, state: PartitionState): void {
  cluster.distrust()
  state.notBefore = cluster.settings.host.clock.monotonic() + cluster.settings.retryBackoffMs
}
