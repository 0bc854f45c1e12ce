/** Chaos in small; `npm run chaos` does it for as long as one likes. */
import { describe, expect, test } from 'vitest'
import { chaos, judged } from './chaos.ts'

const seed = Number(process.env.JACKDAW_SEED ?? 1)
const faultsInCi = 6

test('brokers are killed, stopped and paused: nothing acknowledged is lost, doubled or out of order', async () => {
  const { acknowledged, written, refused, lost, duplicated, reordered, unread } = await chaos({
    seed,
    isOver: (faults) => faults >= faultsInCi,
    lastingMs: [200, 1500],
  })
  expect({ refused, lost, duplicated, reordered, unread }).toEqual({
    refused: 0,
    lost: [],
    duplicated: [],
    reordered: [],
    unread: [],
  })
  expect(acknowledged).toBe(written)
  expect(acknowledged).toBeGreaterThan(500)
}, 300_000)

describe('the judge sees', () => {
  test.each([
    { found: [['w/k0/0', 'w/k0/1']], lost: ['w/k0/2'], duplicated: [], reordered: [] },
    {
      found: [['w/k0/0', 'w/k0/1', 'w/k0/1', 'w/k0/2']],
      lost: [],
      duplicated: ['w/k0/1'],
      reordered: [],
    },
    { found: [['w/k0/1', 'w/k0/0', 'w/k0/2']], lost: [], duplicated: [], reordered: ['w/k0/0'] },
    { found: [['w/k0/1', 'w/k0/2'], ['w/k0/0']], lost: [], duplicated: [], reordered: [] },
  ])('$found', ({ found, ...verdict }) => {
    expect(judged(found, ['w/k0/0', 'w/k0/1', 'w/k0/2'])).toEqual(verdict)
  })
})
