/** Where groups stand at one moment; docs/lag.md has the definitions. */
import { describeGroups } from '../../../client/admin/describe-groups.ts'
import { recordTimes } from '../../../client/admin/record-times.ts'
import type { Clock } from '../../../host/clock.ts'
import { executionError } from '../../java/errors.ts'
import { type Asking, offsetsAt, viewOf } from '../ask.ts'
import { rowsOfGroups } from '../describe/rows.ts'
import { type GroupView, nameOf, type OffsetRow, type TopicPartition } from '../describe/view.ts'
import { keepsAll, type Retention, retentionsOf } from './retention.ts'

export type LagRow = OffsetRow &
  Retention & {
    readonly logStartOffset: bigint | null
    /** What a consumer with `isolation.level=read_committed` can read up to; below the end while a transaction is open. */
    readonly lastStableOffset: bigint | null
    /** Age of the oldest record that is not read yet; 0 where all is read, null where it cannot be known. */
    readonly timeLagMs: number | null
  }

export type LagSample = {
  readonly at: number
  readonly groups: readonly { readonly group: string; readonly state: string }[]
  readonly rows: readonly LagRow[]
}

export async function lagSample(
  asking: Asking,
  groupIds: readonly string[],
  { clock }: { clock: Clock },
): Promise<LagSample> {
  const views = await viewsOf(asking, groupIds)
  const rows = [...(await rowsOfGroups(asking, views)).values()].flat()
  const known = rows.filter(({ logEndOffset }) => logEndOffset !== null)
  const partitions = distinct(known)
  const [starts, stable, retentions] = await Promise.all([
    offsetsAt(asking, partitions, 'earliest'),
    offsetsAt(asking, partitions, 'latest', { isolationLevel: 'read_committed' }),
    retentionsOf(asking, partitions),
  ])
  const at = clock.now()
  const times = await oldestUnread(asking, known, starts)
  return {
    at,
    groups: views.map(({ group, state }) => ({ group, state })),
    rows: rows.map((row) => {
      const logStartOffset = starts.get(nameOf(row)) ?? null
      const unread = unreadOf({ ...row, logStartOffset })
      const time = times.get(row) ?? null
      const age = time === null ? null : Math.max(0, at - time)
      return {
        ...row,
        logStartOffset,
        lastStableOffset: stable.get(nameOf(row)) ?? null,
        timeLagMs: unread === 0n ? 0 : age,
        ...(retentions.get(nameOf(row)) ?? keepsAll),
      }
    }),
  }
}

/** A group that nobody knows yet, or no more, is one of no partitions: a gate may wait for it. */
async function viewsOf(
  { cluster, timeoutMs }: Asking,
  groupIds: readonly string[],
): Promise<GroupView[]> {
  const ids = [...new Set(groupIds)].sort()
  const results = await describeGroups(cluster, ids, { timeoutMs })
  return ids.map((id) => {
    const result = results.get(id)!
    if (result.ok) return viewOf(result.value)
    if (result.error.error !== 'GROUP_ID_NOT_FOUND') throw executionError(result.error)
    return deadGroup(id)
  })
}

const deadGroup = (group: string): GroupView => ({
  group,
  state: 'Dead',
  coordinator: { host: '', port: -1, id: -1 },
  strategy: '',
  groupEpoch: null,
  targetAssignmentEpoch: null,
  members: [],
})

type Ends = Pick<LagRow, 'currentOffset' | 'logEndOffset' | 'logStartOffset'>

/** Offsets that are still there and not read; without a commit that is all there are. Null without a leader. */
export function unreadOf({ currentOffset, logEndOffset, logStartOffset }: Ends): bigint | null {
  if (logEndOffset === null) return null
  const start = logStartOffset ?? 0n
  const from = currentOffset === null || currentOffset < start ? start : currentOffset
  return logEndOffset > from ? logEndOffset - from : 0n
}

function distinct(partitions: readonly TopicPartition[]): TopicPartition[] {
  return [
    ...new Map(
      partitions.map(({ topic, partition }) => [
        nameOf({ topic, partition }),
        { topic, partition },
      ]),
    ).values(),
  ]
}

async function oldestUnread(
  { cluster, timeoutMs }: Asking,
  rows: readonly OffsetRow[],
  starts: ReadonlyMap<string, bigint>,
): Promise<Map<OffsetRow, number>> {
  // Groups may stand at the same place; it is looked at once.
  const places = new Map<string, { topic: string; partition: number; offset: bigint }>()
  const placeOf = new Map<OffsetRow, string>()
  for (const row of rows) {
    const logStartOffset = starts.get(nameOf(row)) ?? null
    const unread = unreadOf({ ...row, logStartOffset })
    if (unread === null || unread === 0n) continue
    const { topic, partition } = row
    const offset = row.logEndOffset! - unread
    const key = `${nameOf(row)}@${offset}`
    places.set(key, { topic, partition, offset })
    placeOf.set(row, key)
  }
  const results = await recordTimes(cluster, [...places.values()], { timeoutMs })
  const found = new Map<OffsetRow, number>()
  for (const [row, key] of placeOf) {
    const result = results.get(places.get(key)!)
    // A record may be deleted between two questions; then its age is not known this time.
    if (result?.ok && result.value !== null && result.value >= 0n) {
      found.set(row, Number(result.value))
    }
  }
  return found
}
