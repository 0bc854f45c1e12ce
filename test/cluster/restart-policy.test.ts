import { expect, test } from 'vitest'
import { restartAfter } from '../../src/cluster/restart-policy.ts'

const crashed = { code: null, isWanted: true, hasRun: true, ranMs: 1000, failures: 0 }

test.each([
  { end: crashed, restart: { delayMs: 200, failures: 1 }, why: 'a first crash costs little' },
  {
    end: { ...crashed, code: 1, failures: 3 },
    restart: { delayMs: 1600, failures: 4 },
    why: 'each one in a row doubles the wait',
  },
  {
    end: { ...crashed, hasRun: false, failures: 20 },
    restart: { delayMs: 30_000, failures: 21 },
    why: 'the wait ends somewhere, and one that ran once is never given up',
  },
  {
    end: { ...crashed, ranMs: 60_000, failures: 9 },
    restart: { delayMs: 200, failures: 1 },
    why: 'who ran long has begun anew',
  },
  { end: { ...crashed, isWanted: false }, restart: null, why: 'stop and kill are a will' },
  { end: { ...crashed, code: 0 }, restart: null, why: 'an orderly end is no crash' },
  { end: { ...crashed, code: 143 }, restart: null, why: 'nor is one that somebody hurried' },
  { end: { ...crashed, code: 1, hasRun: false }, restart: null, why: 'it could never start' },
])('$why', ({ end, restart }) => {
  expect(restartAfter(end)).toEqual(restart)
})
