import { illegalArgument } from '../java/errors.ts'
import { javaSplit, left } from '../java/text.ts'
import type { Shown } from '../output/show.ts'

export const groupStates = [
  'PreparingRebalance',
  'CompletingRebalance',
  'Stable',
  'Dead',
  'Empty',
  'Assigning',
  'Reconciling',
] as const
export type GroupState = (typeof groupStates)[number] | 'Unknown'

export const groupTypes = ['Classic', 'Consumer'] as const

/** `--state stable,empty`: Kafka's spelling of each, whatever the case. */
export function parseStates(text: string): string[] {
  return parseNames(text, groupStates, `Invalid state list '${text}'. Valid states are: `)
}

export function parseTypes(text: string): string[] {
  return parseNames(text, groupTypes, `Invalid types list '${text}'. Valid types are: `)
}

function parseNames(text: string, valid: readonly string[], fault: string): string[] {
  if (text === '') return []
  return javaSplit(text, ',').map((each) => {
    const name = valid.find((one) => one.toLowerCase() === each.trim().toLowerCase())
    if (name === undefined) throw illegalArgument(fault + valid.join(', '))
    return name
  })
}

export type ListedGroup = { readonly group: string; readonly type: string; readonly state: string }
export type ListColumns = { readonly type: boolean; readonly state: boolean }

const groupWidthMin = 15
const groupGap = 10

/** Kafka's own text: bare names, or a table when a column was asked for. */
export function plainList(groups: readonly ListedGroup[], { type, state }: ListColumns): string {
  if (!type && !state) return groups.map(({ group }) => `${group}\n`).join('')
  const width = Math.max(groupWidthMin, ...groups.map(({ group }) => group.length)) + groupGap
  const header = { group: 'GROUP', type: 'TYPE', state: 'STATE' }
  return [header, ...groups]
    .map((row) => {
      const cells = [...(type ? [row.type] : []), ...(state ? [row.state] : [])]
      return `${left(row.group, width)}${cells.map((cell) => ` ${left(cell, 20)}`).join('')}\n`
    })
    .join('')
}

/** The same for a person. */
export function shownList(groups: readonly ListedGroup[], { type, state }: ListColumns): Shown {
  return {
    json: () => groups,
    plain: () => plainList(groups, { type, state }),
    none: 'There are no such groups.\n',
    table: () => ({
      head: ['GROUP', ...(type ? ['TYPE'] : []), ...(state ? ['STATE'] : [])],
      rows: groups.map((each) => [
        each.group,
        ...(type ? [each.type] : []),
        ...(state ? [each.state] : []),
      ]),
      aligns: ['left', 'left', 'left'],
    }),
  }
}
