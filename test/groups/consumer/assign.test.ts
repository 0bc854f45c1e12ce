/** The server's assignors on Kafka's own scenes, and on random ones by the properties that they promise. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AssignmentSpec,
  type Assignor,
  type PartitionSet,
  sizeOf,
} from '../../../src/groups/consumer/assign/assignor.ts'
import { assignRange } from '../../../src/groups/consumer/assign/range.ts'
import { assignUniform } from '../../../src/groups/consumer/assign/uniform.ts'
import { vectorJson } from '../../support/vectors.ts'
import { topicId } from '../drive.ts'

interface Scene {
  assignor: string
  scene: string
  why: string
  topics: Record<string, number>
  topicIds: Record<string, string>
  members: {
    id: string
    topics: string[]
    instanceId?: string
    owned?: Record<string, number[]>
  }[]
  assignment: Record<string, Record<string, number[]>>
}

const assignors: Record<string, Assignor> = { uniform: assignUniform, range: assignRange }
const scenes = vectorJson<{ server: Scene[] }>('assignors.json').server.filter(
  ({ assignor }) => assignors[assignor] !== undefined,
)

function specOf({ members, topics, topicIds }: Scene): AssignmentSpec {
  const ids = (names: string[]) => names.flatMap((name) => topicIds[name] ?? [])
  const counts = new Map(Object.entries(topics).map(([name, count]) => [topicIds[name], count]))
  return {
    partitionCount: (id) => counts.get(id)!,
    members: new Map(
      members.map(({ id, instanceId = null, topics: names, owned = {} }) => [
        id,
        {
          instanceId,
          topicIds: new Set(ids(names)),
          owned: new Map(
            Object.entries(owned).map(([name, list]) => [topicIds[name]!, new Set(list)]),
          ),
        },
      ]),
    ),
  }
}

function named(assignment: Map<string, PartitionSet>, { topicIds }: Scene) {
  const names = new Map(Object.entries(topicIds).map(([name, id]) => [id, name]))
  const lists = (partitions: PartitionSet) =>
    [...partitions].map(([id, set]) => [names.get(id)!, [...set].sort((a, b) => a - b)])
  return Object.fromEntries(
    [...assignment].map(([id, partitions]) => [id, Object.fromEntries(lists(partitions))]),
  )
}

test('there are scenes', () => expect(scenes.length).toBe(54))

describe.each(Object.keys(assignors))('%s', (name) => {
  const own = scenes.filter(({ assignor }) => assignor === name)
  test.each(own)('$scene: $why', (scene) => {
    expect(named(assignors[name]!(specOf(scene)), scene)).toEqual(scene.assignment)
  })

  test('random groups: every partition has one owner who wants it', () => {
    fc.assert(
      fc.property(groups(), (spec) => {
        expectOneOwnerEach(spec, assignors[name]!(spec))
      }),
      { numRuns: 300 },
    )
  })

  test('what is assigned is assigned again', () => {
    fc.assert(
      fc.property(groups(), (spec) => {
        const first = assignors[name]!(spec)
        const again = assignors[name]!(withOwned(spec, first))
        expect(sets(again)).toEqual(sets(first))
      }),
      { numRuns: 200 },
    )
  })
})

test('uniform, all alike: counts differ by one at most, and nobody loses below its share', () => {
  fc.assert(
    fc.property(groups({ alike: true }), (spec) => {
      const assignment = assignUniform(spec)
      const sizes = [...assignment.values()].map(sizeOf)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      const share = Math.min(...sizes)
      for (const [id, { owned, topicIds }] of spec.members) {
        const mine = [...owned].flatMap(([topic, set]) => [...set].map((p) => ({ topic, p })))
        const held = mine.filter(({ topic }) => topicIds.has(topic))
        const kept = held.filter(({ topic, p }) => assignment.get(id)!.get(topic)?.has(p))
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(held.length, share))
      }
    }),
    { numRuns: 300 },
  )
})

test('uniform, subscriptions differ: no single move makes two members more alike', () => {
  fc.assert(
    fc.property(groups(), (spec) => {
      const assignment = assignUniform(spec)
      for (const [id, partitions] of assignment) {
        for (const topic of partitions.keys()) {
          for (const [other, { topicIds }] of spec.members) {
            if (!topicIds.has(topic)) continue
            expect(sizeOf(partitions) - sizeOf(assignment.get(other)!)).toBeLessThanOrEqual(1)
          }
        }
        expect(spec.members.has(id)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('uniform handles a large group in reasonable time', () => {
  const ids = Array.from({ length: 100 }, (_, i) => topicId(`t${i}`))
  const members = new Map(
    Array.from({ length: 1000 }, (_, i) => [
      `m${i}`,
      {
        instanceId: null,
        topicIds: new Set(ids.filter((_, t) => i % 10 !== t % 10)),
        owned: new Map(),
      },
    ]),
  )
  const spec = { members, partitionCount: () => 100 }
  expectOneOwnerEach(spec, assignUniform(spec))
})

function groups({ alike = false } = {}): fc.Arbitrary<AssignmentSpec> {
  return fc
    .record({
      counts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
      members: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 6,
      }),
      owners: fc.array(fc.integer({ min: -1, max: 5 }), { minLength: 36, maxLength: 36 }),
    })
    .map(({ counts, members, owners }) => {
      const ids = counts.map((_, index) => topicId(`topic${index}`))
      return {
        partitionCount: (id) => counts[ids.indexOf(id)]!,
        members: new Map(
          members.map((wants, index) => [
            `m${index}`,
            {
              instanceId: null,
              topicIds: new Set(ids.filter((_, topic) => alike || wants[topic])),
              owned: new Map(
                ids.map((id, topic) => [
                  id,
                  new Set(
                    Array.from({ length: counts[topic]! }, (_, p) => p).filter(
                      (p) => owners[topic * 9 + p] === index,
                    ),
                  ),
                ]),
              ),
            },
          ]),
        ),
      }
    })
}

function expectOneOwnerEach(spec: AssignmentSpec, assignment: Map<string, PartitionSet>): void {
  const wanted = new Set([...spec.members.values()].flatMap(({ topicIds }) => [...topicIds]))
  const owned = new Map([...wanted].map((id) => [id, [] as number[]]))
  for (const [id, partitions] of assignment) {
    for (const [topic, set] of partitions) {
      expect(spec.members.get(id)!.topicIds.has(topic)).toBe(true)
      owned.get(topic)!.push(...set)
    }
  }
  for (const [topic, list] of owned) {
    expect(list.sort((a, b) => a - b)).toEqual(
      Array.from({ length: spec.partitionCount(topic) }, (_, p) => p),
    )
  }
}

function withOwned(spec: AssignmentSpec, assignment: Map<string, PartitionSet>): AssignmentSpec {
  const members = [...spec.members].map(
    ([id, member]) => [id, { ...member, owned: assignment.get(id)! }] as const,
  )
  return { ...spec, members: new Map(members) }
}

const sets = (assignment: Map<string, PartitionSet>) =>
  [...assignment].map(([id, partitions]) => [
    id,
    [...partitions].map(([topic, set]) => [topic, [...set].sort((a, b) => a - b)]).sort(),
  ])
