/** `--describe --since D`: how lag came about, from what Jackdaw's brokers remember. docs/lag.md. */
import { endTrails, groupHistories, keyOf } from '../../../client/admin/history.ts'
import { orThrow } from '../../../client/result.ts'
import { chosenForm } from '../../output/form.ts'
import { jsonLine } from '../../output/json.ts'
import { colours, tableText, tableWidth } from '../../output/table.ts'
import type { Asking } from '../ask.ts'
import { rateText } from '../lag/text.ts'
import { type HistoryAsked, nothingText } from './asked.ts'
import { barsOf, type PastPoint, pastLag } from './past-lag.ts'

/** Looks are 5 s apart; there is no more to be seen. */
const stepMsMin = 5000
const rowsMax = 20
const jsonPointsMax = 240

export async function lagSince(asked: HistoryAsked): Promise<number> {
  const { asking, groupIds, options, machine } = asked
  const form = chosenForm(options, machine)
  const to = machine.clock.now()
  const most = form === 'json' ? jsonPointsMax : rowsMax
  const groups = await pastOf(asking, groupIds, { from: to - asked.sinceMs, to, most })
  const text =
    form === 'json'
      ? jsonLine({
          version: 1,
          groups: groups.map(({ group, points }) => ({
            group,
            points: points.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
          })),
        })
      : groups.map((each) => sectionOf(each, asked)).join('\n')
  machine.stdout.write(text)
  return 0
}

type Past = { readonly group: string; readonly points: readonly PastPoint[] }

async function pastOf(
  asking: Asking,
  groupIds: readonly string[],
  { from, to, most }: { from: number; to: number; most: number },
): Promise<Past[]> {
  const { cluster, timeoutMs } = asking
  const histories = await groupHistories(cluster, groupIds, { since: from, timeoutMs })
  const known = [...histories].map(([group, result]) => ({ group, ...orThrow(result) }))
  const partitions = new Map(
    known.flatMap(({ committed }) => committed).map((trail) => [keyOf(trail), trail]),
  )
  const ends = await endTrails(cluster, [...partitions.values()], { since: from, timeoutMs })
  return known.map(({ group, committed }) => {
    const starts = committed.flatMap((trail) => {
      const end = ends.get(keyOf(trail))?.points[0]
      return end === undefined ? [] : [Math.max(trail.points[0]!.at, end.at)]
    })
    if (starts.length === 0) return { group, points: [] }
    const first = Math.max(from, Math.min(...starts))
    const steps = Math.max(1, Math.min(most - 1, Math.floor((to - first) / stepMsMin)))
    return { group, points: pastLag(committed, ends, { from: first, to, steps }) }
  })
}

function sectionOf({ group, points }: Past, { sinceMs, machine }: HistoryAsked): string {
  if (points.length === 0) {
    return `${group}  ${nothingText(sinceMs)}\n`
  }
  const colour = colours(machine)
  const rows = points.map(({ at, lag, producedPerSecond, consumedPerSecond }) => [
    timeText(at),
    lag === null ? '-' : String(lag),
    producedPerSecond === null ? '-' : rateText(producedPerSecond),
    consumedPerSecond === null ? '-' : rateText(consumedPerSecond),
  ])
  const table = tableText(['TIME', 'LAG', 'WRITTEN', 'READ'], rows, {
    aligns: ['left', 'right', 'right', 'right'],
    colour,
    width: tableWidth(machine),
  })
  return `${colour.bold(group)}  ${barsOf(points)}\n${table}`
}

/** In UTC, like everything that a broker logs. */
export const timeText = (at: number) => new Date(at).toISOString()
