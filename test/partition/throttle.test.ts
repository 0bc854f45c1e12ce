import { expect, test } from 'vitest'
import { RateWindow } from '../../src/partition/rate-window.ts'
import { isThrottledReplica } from '../../src/partition/throttled-replicas.ts'

test.each([
  { passed: [], at: 5000, rate: 0, why: 'nothing passed' },
  { passed: [[0, 3000]], at: 0, rate: 3000, why: 'a burst counts as one second of it' },
  { passed: [[0, 3000]], at: 3000, rate: 1000, why: 'the longer ago it began, the less' },
  {
    passed: [
      [0, 500],
      [900, 500],
      [1800, 4000],
    ],
    at: 2000,
    rate: 2500,
    why: 'all that passed since the oldest sample',
  },
  {
    passed: [
      [0, 9000],
      [8000, 4000],
    ],
    at: 12_000,
    rate: 1000,
    why: 'what is older than the window is forgotten',
  },
  { passed: [[0, 9000]], at: 12_000, rate: 0, why: 'all of it, too' },
])('bytes a second: $why', ({ passed, at, rate }) => {
  const window = new RateWindow({ count: 11, lengthMs: 1000 })
  for (const [time, bytes] of passed) window.record(bytes!, time!)
  expect(window.bytesPerSecond(at)).toBe(rate)
})

test.each([
  { list: [], held: false, why: 'nobody is named' },
  { list: ['*'], held: true, why: 'everybody is' },
  { list: ['1:2', ' 3:4 '], held: true, why: 'the pair stands there' },
  { list: ['3:2', '1:4', '33:4', '3:44'], held: false, why: 'both must be right' },
])('a throttled replica: $why', ({ list, held }) => {
  expect(isThrottledReplica(list, { partition: 3, brokerId: 4 })).toBe(held)
})
