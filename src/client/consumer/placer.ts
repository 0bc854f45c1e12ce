/** Finds out where to begin: at the committed offset, or where the reset policy or a seek says. */
import { KafkaError } from '../../protocol/errors.ts'
import { listOffsets, type OffsetSpec } from '../admin/offsets.ts'
import type { Cluster } from '../cluster.ts'
import { type CommittedPartition, fetchCommitted } from '../committed.ts'
import type { Result } from '../result.ts'
import { orThrow } from '../result.ts'
import { partitionKey } from '../topic-partition.ts'
import type { CommitIdentity } from './commit.ts'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { PartitionState } from './partition-state.ts'
import type { ConsumerSettings } from './settings.ts'

export type Committed = { readonly link: CoordinatorLink; readonly identity: () => CommitIdentity }

/** Gives a place to those of the partitions that have none and are still where they were when the answer comes. */
export async function placeAll(
  cluster: Cluster,
  states: readonly PartitionState[],
  { settings, group }: { settings: ConsumerSettings; group: Committed | null },
): Promise<void> {
  const unplaced = states.filter((state) => !state.isPlaced)
  const moves = new Map(unplaced.map((state) => [state, state.moves]))
  const isWanted = (state: PartitionState) => !state.isPlaced && state.moves === moves.get(state)
  const fresh = unplaced.filter((state) => state.lookUp === null)
  if (group !== null && fresh.length > 0) await placeCommitted(cluster, fresh, group, isWanted)
  const rest = unplaced.filter(isWanted)
  const homeless = rest.filter((state) => state.lookUp === null)
  if (homeless.length > 0) {
    const spec = resetSpec(settings, cluster)
    if (spec === null) throw noPlace(homeless)
    for (const state of homeless) state.lookUp = spec
  }
  await placeByLookUp(cluster, rest, settings, isWanted)
}

/** By the reset policy; null where there is none. */
export function resetSpec(settings: ConsumerSettings, cluster: Cluster): OffsetSpec | null {
  const { autoOffsetReset } = settings
  if (autoOffsetReset === 'none') return null
  if (typeof autoOffsetReset === 'string') return autoOffsetReset
  return BigInt(cluster.settings.host.clock.now()) - autoOffsetReset.ageMs
}

function noPlace(states: readonly PartitionState[]): KafkaError {
  const names = states.map(({ topic, partition }) => partitionKey(topic, partition))
  const text = `Undefined offset with no reset policy for partitions: [${names.join(', ')}]`
  return new KafkaError('OFFSET_OUT_OF_RANGE', text)
}

async function placeCommitted(
  cluster: Cluster,
  states: readonly PartitionState[],
  group: Committed,
  isWanted: (state: PartitionState) => boolean,
): Promise<void> {
  const offsets = await committedOf(cluster, states, group)
  for (const { topic, partition, result } of offsets) {
    const { offset, leaderEpoch } = orThrow(result)
    const state = states.find((each) => each.topic === topic && each.partition === partition)
    if (state !== undefined && offset >= 0n && isWanted(state)) state.place(offset, leaderEpoch)
  }
}

/** Until the coordinator answers and no commit is under way. */
export function committedOf(
  cluster: Cluster,
  partitions: readonly { topic: string; partition: number }[],
  { link, identity }: Committed,
  timeoutMs?: number,
): Promise<CommittedPartition[]> {
  return cluster.retrying({ callName: 'fetchCommittedOffsets', timeoutMs }, async (attempt) => {
    try {
      const connection = await link.connection()
      attempt.reached = true
      const { groupId, memberId, generation } = identity()
      const answer = await fetchCommitted(
        connection,
        [{ groupId, partitions, ...memberOf(memberId, generation) }],
        { requireStable: true },
      )
      const found = orThrow(answer.get(groupId)!)
      for (const { result } of found) throwIfUnstable(result)
      return found
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      link.note(error)
      // The epoch has moved on while the question was under way.
      if (error.error !== 'STALE_MEMBER_EPOCH') throw error
      throw new KafkaError('COORDINATOR_NOT_AVAILABLE', error.message, { cause: error })
    }
  })
}

function memberOf(memberId: string, generation: number) {
  return generation < 0 ? {} : { memberId, memberEpoch: generation }
}

function throwIfUnstable(result: Result<unknown>): void {
  if (!result.ok && result.error.error === 'UNSTABLE_OFFSET_COMMIT') throw result.error
}

async function placeByLookUp(
  cluster: Cluster,
  states: readonly PartitionState[],
  settings: ConsumerSettings,
  isWanted: (state: PartitionState) => boolean,
): Promise<void> {
  if (states.length === 0) return
  const wanted = states.map((state) => ({
    topic: state.topic,
    partition: state.partition,
    spec: state.lookUp!,
    state,
  }))
  const { isolationLevel, defaultApiTimeoutMs } = settings
  const found = await listOffsets(cluster, wanted, {
    isolationLevel,
    timeoutMs: defaultApiTimeoutMs,
  })
  const late: PartitionState[] = []
  for (const [{ state, spec }, result] of found) {
    if (!isWanted(state)) continue
    if (!result.ok && result.error.fate !== 'final') continue
    const { offset, leaderEpoch } = orThrow(result)
    if (offset >= 0n) state.place(offset, null, { lookedUpEpoch: leaderEpoch })
    else if (typeof spec === 'bigint') late.push(state)
  }
  // No record is as late as the time that was asked for: then it goes on at the end.
  for (const state of late) state.lookUp = 'latest'
  await placeByLookUp(cluster, late, settings, isWanted)
}
