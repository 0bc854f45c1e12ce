/**
 * Which brokers of a local cluster vote in its metadata quorum. Every broker is a controller and may vote; how many do is the
 * odd number that outlives most: one of one or two brokers, three of three or four, five of more. An even number would outlive
 * no more deaths than the odd one below it, and has one node more that can die.
 */
import { socketVoterEndpoint } from '../broker/quorum/places.ts'

/** So many of a cluster's brokers vote. */
export function votersWanted(brokers: number): number {
  return brokers >= 5 ? 5 : brokers >= 3 ? 3 : 1
}

/** How a broker of this machine stands among the voters: its unix socket is no place that Kafka could read. */
export const voterListeners = (id: number) => [socketVoterEndpoint(id)]

export interface Electorate {
  /** Who votes now. */
  readonly voters: readonly number[]
  /** Who runs and may vote; voters among them too. */
  readonly able: readonly number[]
  readonly leaderId: number
  /** Goes for good. */
  readonly leaving?: number
}

export interface VoterStep {
  readonly kind: 'add' | 'remove'
  readonly id: number
}

/** One voter comes or goes at a time: first those that come, so that the quorum is never smaller than it must be. */
export function voterSteps({ voters, able, leaderId, leaving }: Electorate): VoterStep[] {
  const staying = voters.filter((id) => id !== leaving)
  const free = able.filter((id) => id !== leaving && !voters.includes(id)).sort((a, b) => a - b)
  const wanted = votersWanted(new Set([...staying, ...free]).size)
  const coming = free.slice(0, Math.max(wanted - staying.length, 0))
  const steps: VoterStep[] = coming.map((id) => ({ kind: 'add', id }))
  // Two could only stand or fall together; what was one number at the start stays as it is.
  if (leaving === undefined || !voters.includes(leaving)) return steps
  steps.push({ kind: 'remove', id: leaving })
  const spare = staying.length + coming.length - wanted
  // The leader stays: another one would have to be found first.
  const last = [...staying].sort((a, b) => Number(a === leaderId) - Number(b === leaderId) || b - a)
  for (const id of last.slice(0, Math.max(spare, 0))) steps.push({ kind: 'remove', id })
  return steps
}
