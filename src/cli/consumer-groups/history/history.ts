/** `--history`: the timeline of a group's rebalances, as its coordinators saw it. docs/lag.md. */
import { type HistoryEvent, timelines } from '../../../client/admin/history.ts'
import { chosenForm } from '../../output/form.ts'
import { jsonLine } from '../../output/json.ts'
import { colours, tableText, tableWidth } from '../../output/table.ts'
import { type HistoryAsked, nothingText } from './asked.ts'
import { timeText } from './since.ts'

export async function history(asked: HistoryAsked): Promise<number> {
  const { asking, groupIds, options, machine } = asked
  const { cluster, timeoutMs } = asking
  const since = Math.max(0, machine.clock.now() - asked.sinceMs)
  const { events: found, silent } = await timelines(cluster, groupIds, { since, timeoutMs })
  const groups = [...found].map(([group, events]) => ({ group, events }))
  const isJson = chosenForm(options, machine) === 'json'
  machine.stdout.write(
    isJson
      ? jsonLine({
          version: 1,
          silentBrokers: silent,
          groups: groups.map(({ group, events }) => ({ group, events: events.map(jsonEvent) })),
        })
      : groups.map((each) => sectionOf(each, asked)).join('\n'),
  )
  if (silent.length > 0) machine.stderr.write(`${silentText(silent)}\n`)
  return 0
}

const silentText = (brokers: readonly number[]): string =>
  brokers.length === 1
    ? `Broker ${brokers[0]} does not answer: what it saw while it coordinated these groups is missing.`
    : `Brokers ${brokers.join(', ')} do not answer: what they saw while they coordinated these groups is missing.`

const assignments = new Set(['assigned', 'taken-over'])

function jsonEvent(event: HistoryEvent) {
  const { timestamp, kind, generation, assigned, moved, movedCount, ...rest } = event
  return {
    at: timeText(Number(timestamp)),
    event: kind,
    ...rest,
    generation: generation < 0 ? null : generation,
    assigned: assignments.has(kind) ? assigned : null,
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

function whatOf(event: HistoryEvent): string {
  const { kind, reason, generation, protocol, assigned, brokerId } = event
  if (kind === 'emptied') return `generation ${generation}: nobody is left`
  if (!assignments.has(kind)) return reason ?? ''
  const shares = assigned.map(({ memberId, partitions }) => `${memberId} has ${partitions}`)
  const by = kind === 'taken-over' ? `broker ${brokerId} coordinates it now; ` : ''
  return `${by}generation ${generation} by ${protocol}: ${shares.join(', ')}`
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
