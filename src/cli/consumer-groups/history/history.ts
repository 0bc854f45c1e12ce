/** `--history`: the timeline of a group's rebalances, as its coordinator saw it. docs/lag.md. */
import { groupHistories, type HistoryEvent } from '../../../client/admin/history.ts'
import { orThrow } from '../../../client/result.ts'
import { chosenForm } from '../../output/form.ts'
import { jsonLine } from '../../output/json.ts'
import { colours, tableText, tableWidth } from '../../output/table.ts'
import { type HistoryAsked, nothingText } from './asked.ts'
import { timeText } from './since.ts'

export async function history(asked: HistoryAsked): Promise<number> {
  const { asking, groupIds, options, machine } = asked
  const { cluster, timeoutMs } = asking
  const since = Math.max(0, machine.clock.now() - asked.sinceMs)
  const found = await groupHistories(cluster, groupIds, { since, timeoutMs })
  const groups = [...found].map(([group, result]) => ({ group, events: orThrow(result).events }))
  const isJson = chosenForm(options, machine) === 'json'
  machine.stdout.write(
    isJson
      ? jsonLine({
          version: 1,
          groups: groups.map(({ group, events }) => ({ group, events: events.map(jsonEvent) })),
        })
      : groups.map((each) => sectionOf(each, asked)).join('\n'),
  )
  return 0
}

function jsonEvent(event: HistoryEvent) {
  const { timestamp, kind, generation, assigned, moved, movedCount, ...rest } = event
  return {
    at: timeText(Number(timestamp)),
    event: kind,
    ...rest,
    generation: generation < 0 ? null : generation,
    assigned: kind === 'assigned' ? assigned : null,
    moved: kind === 'assigned' ? moved : null,
    movedCount: kind === 'assigned' ? movedCount : null,
  }
}

type Section = { readonly group: string; readonly events: readonly HistoryEvent[] }

function sectionOf({ group, events }: Section, { sinceMs, machine }: HistoryAsked): string {
  if (events.length === 0) {
    return `${group}  ${nothingText(sinceMs)}\n`
  }
  const colour = colours(machine)
  const shade: { [kind: string]: (text: string) => string } = {
    joined: colour.green,
    assigned: colour.green,
    left: colour.yellow,
    'timed-out': colour.red,
    fenced: colour.red,
  }
  const rows = events.flatMap((event) => [
    [
      timeText(Number(event.timestamp)),
      (shade[event.kind] ?? ((text) => text))(event.kind.replaceAll('-', ' ')),
      whoOf(event),
      whatOf(event),
    ],
    ...movedLines(event).map((line) => ['', 'moved', '-', line]),
  ])
  const table = tableText(['TIME', 'EVENT', 'MEMBER', 'WHAT'], rows, {
    aligns: ['left', 'left', 'left', 'left'],
    colour,
    width: tableWidth(machine),
  })
  return `${colour.bold(group)}\n${table}`
}

function whoOf({ memberId, groupInstanceId, clientHost }: HistoryEvent): string {
  if (memberId === null) return '-'
  const instance = groupInstanceId === null ? '' : ` (${groupInstanceId})`
  return `${memberId}${instance} ${clientHost}`
}

function whatOf({ kind, reason, generation, protocol, assigned }: HistoryEvent): string {
  if (kind === 'emptied') return `generation ${generation}: nobody is left`
  if (kind !== 'assigned') return reason ?? ''
  const shares = assigned.map(({ memberId, partitions }) => `${memberId} has ${partitions}`)
  return `generation ${generation} by ${protocol}: ${shares.join(', ')}`
}

const movedLinesMax = 20

/** Partitions of one topic that went the same way stand in one line. */
export function movedLines({ moved, movedCount }: Pick<HistoryEvent, 'moved' | 'movedCount'>) {
  const ways = new Map<string, { topic: string; way: string; partitions: number[] }>()
  for (const { topic, partition, from, to } of moved) {
    const way = `from ${from ?? 'nobody'} to ${to ?? 'nobody'}`
    const known = ways.get(`${topic} ${way}`) ?? { topic, way, partitions: [] }
    known.partitions.push(partition)
    ways.set(`${topic} ${way}`, known)
  }
  const shown = [...ways.values()].slice(0, movedLinesMax)
  const lines = shown.map(({ topic, way, partitions }) => `${topic} ${partitions.join(',')} ${way}`)
  const told = shown.reduce((sum, { partitions }) => sum + partitions.length, 0)
  return told < movedCount ? [...lines, `and ${movedCount - told} more`] : lines
}
