import type { Machine } from '../../machine.ts'
import type { Options } from '../../options/options.ts'
import type { Asking } from '../ask.ts'
import { durationText } from '../duration.ts'

export type HistoryAsked = {
  readonly asking: Asking
  readonly groupIds: readonly string[]
  readonly options: Options
  readonly machine: Machine
  /** So far back; infinite where nobody says how far. */
  readonly sinceMs: number
}

export function nothingText(sinceMs: number): string {
  const span = Number.isFinite(sinceMs) ? ` of the last ${durationText(sinceMs)}` : ''
  return `nothing is remembered${span}`
}
