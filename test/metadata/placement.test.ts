import fc from 'fast-check'
import { expect, test } from 'vitest'
import { place, type UsableBroker } from '../../src/metadata/placement.ts'
import { vectorJson } from '../support/vectors.ts'

interface Refused {
  brokers: number
  allFenced: boolean
  replicationFactor: number
  message: string
}

const { refused } = vectorJson<{ replicaPlacement: { refused: Refused[] } }>(
  'assignors.json',
).replicaPlacement

test.each(refused)(
  'refused as Kafka does: $message',
  ({ brokers, allFenced, replicationFactor, message }) => {
    const usable = Array.from({ length: brokers }, (_, id) => ({
      id,
      rack: null,
      fenced: allFenced,
    }))
    expect(() => place(usable, { partitions: 1, replicationFactor }, Math.random)).toThrow(message)
  },
)

const clusters = fc
  .record({
    brokers: fc.array(
      fc.record({ rack: fc.constantFrom(null, 'a', 'b', 'c', 'd'), fenced: fc.boolean() }),
      { minLength: 1, maxLength: 9 },
    ),
    partitions: fc.integer({ min: 1, max: 20 }),
    factor: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer(),
  })
  .map(({ brokers, factor, ...rest }) => {
    const usable: UsableBroker[] = brokers.map((each, id) => ({
      id,
      ...each,
      fenced: id > 0 && each.fenced,
    }))
    return { ...rest, usable, replicationFactor: Math.min(factor, usable.length) }
  })

test('replicas are distinct, led by a live broker, and spread over racks', () => {
  fc.assert(
    fc.property(clusters, ({ usable, partitions, replicationFactor, seed }) => {
      const placed = place(usable, { partitions, replicationFactor }, random(seed))
      const rackOf = (id: number) => usable[id]!.rack
      const racks = new Set(usable.map(({ rack }) => rack))
      const live = usable.filter(({ fenced }) => !fenced).length
      expect(placed).toHaveLength(partitions)
      for (const replicas of placed) {
        expect(new Set(replicas).size).toBe(replicationFactor)
        expect(usable[replicas[0]!]!.fenced).toBe(false)
        const used = new Set(replicas.map(rackOf))
        if (racks.size >= replicationFactor) expect(used.size).toBe(replicationFactor)
        if (racks.size > 1) continue
        const fenced = replicas.filter((id) => usable[id]!.fenced).length
        expect(fenced).toBe(Math.max(0, replicationFactor - live))
      }
    }),
    { numRuns: 2000 },
  )
})

test('without racks every broker leads equally often', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer(),
      (count, rounds, seed) => {
        const usable = Array.from({ length: count }, (_, id) => ({ id, rack: null, fenced: false }))
        const placed = place(
          usable,
          { partitions: count * rounds, replicationFactor: 1 },
          random(seed),
        )
        const led = usable.map(({ id }) => placed.filter(([leader]) => leader === id).length)
        expect(led).toEqual(Array(count).fill(rounds))
      },
    ),
  )
})

function random(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}
