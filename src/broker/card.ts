/** What a running broker leaves where others find it: who it is, and where it listens. It goes when the broker goes. */
export interface Card {
  readonly id: number
  readonly pid: number
  /** Tells this process from a later one with the same id. */
  readonly identity: string | null
  readonly state: 'starting' | 'running' | 'stopping'
  readonly roles: readonly string[]
  readonly clusterId: string
  /** Empty: none. */
  readonly socket: string
  /** host:port of the first TCP listener; empty: none. */
  readonly address: string
  readonly dataDirectory: string
  readonly startedAt: number
}

export const writeCard = (card: Card): string => `${JSON.stringify(card)}\n`

/** Null for what is no card: a file that is being written, or somebody else's. */
export function readCard(text: string): Card | null {
  try {
    const card = JSON.parse(text) as Card
    return typeof card.pid === 'number' && typeof card.id === 'number' ? card : null
  } catch {
    return null
  }
}
