import { expect, test } from 'vitest'
import {
  coordinatorPartition,
  hasCollisionCharacters,
  isInternalTopic,
  javaHashCode,
  topicNameFault,
  topicsCollide,
} from '../../src/protocol/names.ts'
import { vectorJson } from '../support/vectors.ts'

const vectors = vectorJson<{
  topicNames: {
    name: string
    valid: boolean
    message?: string
    internal: boolean
    hasCollisionChars: boolean
  }[]
  topicCollisions: { a: string; b: string; collide: boolean }[]
  coordinatorPartitions: { id: string; hashCode: number; partition: Record<string, number> }[]
}>('primitives.json')

test.each(vectors.topicNames)('the topic name $name', (vector) => {
  expect(topicNameFault(vector.name)).toBe(vector.message ?? null)
  expect(topicNameFault(vector.name) === null).toBe(vector.valid)
  expect(isInternalTopic(vector.name)).toBe(vector.internal)
  expect(hasCollisionCharacters(vector.name)).toBe(vector.hasCollisionChars)
})

test.each(vectors.topicCollisions)('$a beside $b: $collide', ({ a, b, collide }) => {
  expect(topicsCollide(a, b)).toBe(collide)
})

test.each(vectors.coordinatorPartitions)('who coordinates $id', ({ id, hashCode, partition }) => {
  expect(javaHashCode(id)).toBe(hashCode)
  for (const [count, expected] of Object.entries(partition)) {
    expect(coordinatorPartition(id, Number(count))).toBe(expected)
  }
})
