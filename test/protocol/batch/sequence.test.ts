import { expect, test } from 'vitest'
import { decrementSequence, incrementSequence } from '../../../src/protocol/batch/sequence.ts'
import { vectorJson } from '../../support/vectors.ts'

const { sequences } = vectorJson<{
  sequences: { sequence: number; by: number; incremented: number; decremented: number }[]
}>('primitives.json')

test.each(sequences)('$sequence by $by', ({ sequence, by, incremented, decremented }) => {
  expect(incrementSequence(sequence, by)).toBe(incremented)
  expect(decrementSequence(sequence, by)).toBe(decremented)
})
