/** Which partitions have another owner than before: what a rebalance came to. */
import type { TopicShare } from '../../groups/notes.ts'

export interface Move {
  readonly topic: string
  readonly partition: number
  /** Null: nobody. */
  readonly from: string | null
  readonly to: string | null
}

/** The member that has each partition, by topic. */
export type Owners = ReadonlyMap<string, ReadonlyMap<number, string>>

export function ownersOf(shares: ReadonlyMap<string, readonly TopicShare[]>): Owners {
  const owners = new Map<string, Map<number, string>>()
  for (const [memberId, topics] of shares) {
    for (const { topic, partitions } of topics) {
      const known = owners.get(topic) ?? new Map<number, string>()
      owners.set(topic, known)
      for (const partition of partitions) known.set(partition, memberId)
    }
  }
  return owners
}

/** By topic and partition. */
export function moves(before: Owners, after: Owners): Move[] {
  const topics = [...new Set([...before.keys(), ...after.keys()])].sort()
  return topics.flatMap((topic) => movesOf(topic, before.get(topic), after.get(topic)))
}

const nobody: ReadonlyMap<number, string> = new Map()

function movesOf(topic: string, before = nobody, after = nobody): Move[] {
  const partitions = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b)
  return partitions.flatMap((partition) => {
    const [from, to] = [before.get(partition) ?? null, after.get(partition) ?? null]
    return from === to ? [] : [{ topic, partition, from, to }]
  })
}
