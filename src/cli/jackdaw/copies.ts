/**
 * The topics of the coordinators were made with as many copies as there were brokers for them; a cluster that has grown can give them
 * more. That moves records, so a person decides it: the plan is written, for `reassign-partitions`.
 */
import { join } from 'node:path'
import type { TopicDescription } from '../../client/admin/describe-topics.ts'
import type { Context } from './context.ts'
import type { Move } from './grow.ts'
import { shellWord } from './shell-word.ts'

const topicsOfCoordinators = ['__consumer_offsets', '__transaction_state', '__share_group_state']
/** As `jackdaw start --brokers 3` has them. */
const copiesMax = 3
const planFile = 'more-copies.json'

/** They were given copies because there were brokers for them; with fewer brokers they have fewer. */
export const mayLoseCopy = (topic: string): boolean => topicsOfCoordinators.includes(topic)

/** Who else is to hold each partition that has fewer copies than it could; whoever holds least comes first. */
export function moreCopies(
  topics: readonly TopicDescription[],
  brokers: readonly number[],
): Move[] {
  const copies = Math.min(copiesMax, brokers.length)
  const load = new Map(brokers.map((each) => [each, 0]))
  const take = (id: number) => load.set(id, (load.get(id) ?? 0) + 1)
  for (const { partitions } of topics) for (const { replicas } of partitions) replicas.forEach(take)
  return topics
    .filter(({ name }) => mayLoseCopy(name))
    .flatMap(({ name, partitions }) =>
      partitions.flatMap(({ partition, replicas }) => {
        if (replicas.length >= copies) return []
        const free = brokers.filter((each) => !replicas.includes(each))
        free.sort((a, b) => load.get(a)! - load.get(b)! || a - b)
        const added = free.slice(0, copies - replicas.length)
        added.forEach(take)
        return [{ topic: name, partition, replicas: [...replicas, ...added] }]
      }),
    )
}

/** Writes the plan, and says what it is for; empty if nothing lacks a copy. */
export function planCopies({ host, home }: Context, moves: readonly Move[]): string {
  if (moves.length === 0) return ''
  const path = join(home.root, planFile)
  host.disk.replaceFile(path, Buffer.from(`${JSON.stringify({ version: 1, partitions: moves })}\n`))
  const names = [...new Set(moves.map(({ topic }) => topic))].join(' and ')
  const copies = Math.max(...moves.map(({ replicas }) => replicas.length))
  return `${names} can have ${copies} copies now: reassign-partitions --execute --reassignment-json-file ${shellWord(path)}\n`
}
