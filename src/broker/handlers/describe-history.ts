import { describeHistory } from '../../protocol/apis/describe-history.ts'
import { code } from '../../protocol/errors.ts'
import type { Noted } from '../groups/history.ts'
import type { Move } from '../groups/moves.ts'
import type { Trail } from '../groups/trails.ts'
import { handler } from '../handler.ts'

export default handler(describeHistory, ({ groups, clock }, { groupId, since, topics }) => {
  const from = Number(since)
  const wanted = new Map(topics.map(({ name, partitions }) => [name, new Set(partitions)]))
  const ends = groups.offsets
    .ends(from)
    .filter(({ topic, partition }) => wanted.get(topic)?.has(partition))
  const notes = groupId === null ? [] : groups.history(groupId)
  const isElsewhere = groupId !== null && !groups.isCoordinatorOf(groupId)
  return {
    throttleTimeMs: 0,
    errorCode: code(isElsewhere ? 'NOT_COORDINATOR' : 'NONE'),
    now: BigInt(clock.now()),
    events: notes.filter(({ at }) => at >= from).map(eventOf),
    committed: byTopic(groupId === null ? [] : groups.offsets.committed(groupId, from)),
    ends: byTopic(ends),
  }
})

/** A note has some of these. */
type Parts = {
  readonly member?: Extract<Noted, { kind: 'left' }>['member']
  readonly reason?: string
  readonly generation?: number
  readonly protocol?: string
  readonly partitions?: ReadonlyMap<string, number>
  readonly moved?: readonly Move[]
  readonly movedCount?: number
}

function eventOf(note: Noted) {
  const { member, reason, generation = -1, protocol, partitions = new Map() } = note as Parts
  const { moved = [], movedCount = 0 } = note as Parts
  return {
    timestamp: BigInt(note.at),
    kind: note.kind,
    memberId: member?.memberId ?? null,
    groupInstanceId: member?.instanceId ?? null,
    clientId: member?.clientId ?? null,
    clientHost: member?.clientHost ?? null,
    reason: 'by' in note ? `by ${note.by}` : reason || null,
    generation,
    protocol: protocol ?? null,
    assigned: [...partitions].map(([memberId, count]) => ({ memberId, partitions: count })),
    moved: [...moved],
    movedCount,
  }
}

function byTopic(trails: readonly Trail[]) {
  const names = [...new Set(trails.map(({ topic }) => topic))]
  return names.map((name) => ({
    name,
    partitions: trails
      .filter(({ topic }) => topic === name)
      .map(({ partition, points }) => ({
        partitionIndex: partition,
        points: points.map(({ at, offset }) => ({
          timestamp: BigInt(at),
          offset: BigInt(offset),
        })),
      })),
  }))
}
