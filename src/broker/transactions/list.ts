/** ListTransactions (KIP-664, KIP-994, KIP-1152): which of a coordinator's transactional ids somebody asks for. */
import { type Content, states } from '../../transactions/state.ts'

export interface Filters {
  readonly states: readonly string[]
  readonly producerIds: readonly bigint[]
  /** Running for longer than this; negative: any. */
  readonly durationMs: bigint
  readonly matches: (transactionalId: string) => boolean
}

export function isListed(id: string, content: Content, filters: Filters, now: number): boolean {
  const { state, producerId, startedAt } = content
  if (filters.producerIds.length > 0 && !filters.producerIds.includes(producerId)) return false
  if (filters.states.length > 0 && !filters.states.includes(state)) return false
  if (filters.durationMs >= 0n && BigInt(now - startedAt) <= filters.durationMs) return false
  return filters.matches(id)
}

export const isState = (name: string): boolean => (states as readonly string[]).includes(name)
