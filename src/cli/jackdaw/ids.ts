import { ClusterError } from '../../cluster/brokers.ts'

/** The brokers that are meant: those that are named, else all. */
export function chosen(known: readonly number[], named: readonly string[]): number[] {
  if (named.length === 0) return [...known]
  return named.map((text) => {
    const id = Number(text)
    if (known.includes(id)) return id
    const there = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`
    throw new ClusterError(`no broker ${text}: ${there}`)
  })
}
