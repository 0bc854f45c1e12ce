import { type LagSample, unreadOf } from './sample.ts'

export type GroupLag = {
  readonly group: string
  readonly state: string
  readonly lag: bigint
  /** The largest of its partitions; null where none is known and something is unread. */
  readonly timeLagMs: number | null
  /** Partitions without a leader: what they hold is not counted. */
  readonly unknown: number
}

/** Each group of a sample as a whole. */
export function lagsOf({ groups, rows }: LagSample): GroupLag[] {
  const byGroup = new Map(groups.map(({ group }) => [group, [] as LagSample['rows'][number][]]))
  for (const row of rows) byGroup.get(row.group)!.push(row)
  return groups.map(({ group, state }) => {
    const own = byGroup.get(group)!
    const lags = own.map(unreadOf)
    const lag = lags.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n)
    const times = own.flatMap(({ timeLagMs }) => (timeLagMs === null ? [] : [timeLagMs]))
    return {
      group,
      state,
      lag,
      timeLagMs: times.length > 0 ? Math.max(...times) : lag === 0n ? 0 : null,
      unknown: lags.filter((each) => each === null).length,
    }
  })
}

export type Limits = { readonly lag?: bigint | undefined; readonly timeLagMs?: number | undefined }

/** Why a group is over its limits, a sentence for each; what is not known is not within them. */
export function excesses(lags: readonly GroupLag[], { lag, timeLagMs }: Limits): string[] {
  return lags.flatMap((each) => {
    const name = `group ${each.group}`
    if (each.state === 'Dead') return [`${name} does not exist`]
    const found: string[] = []
    if (each.unknown > 0) found.push(`${name}: ${each.unknown} partitions have no leader`)
    if (lag !== undefined && each.lag > lag) found.push(`${name} has a lag of ${each.lag}`)
    if (timeLagMs !== undefined && each.timeLagMs === null) {
      found.push(`${name}: the age of its oldest unread record is not known`)
    } else if (timeLagMs !== undefined && each.timeLagMs! > timeLagMs) {
      found.push(`${name} is ${each.timeLagMs} ms behind`)
    }
    return found
  })
}
