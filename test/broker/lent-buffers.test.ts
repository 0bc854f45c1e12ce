import { expect, test } from 'vitest'
import { LentBuffers } from '../../src/broker/lent-buffers.ts'

const mib = 1024 * 1024
const same = (a: Buffer, b: Buffer) => a.buffer === b.buffer

test('what was given back is used again, and what was not stays with its taker', () => {
  const [one, other] = [new LentBuffers(), new LentBuffers()]
  const first = one.take(mib)
  const second = one.take(mib)
  expect(same(first, second)).toBe(false)
  one.giveBack()
  const third = other.take(mib - 5)
  expect(third.length).toBe(mib - 5)
  expect([first, second].some((each) => same(each, third))).toBe(true)
  other.forget()
  other.giveBack()
  expect(same(one.take(mib), third)).toBe(false)
  expect(same(one.take(mib), third)).toBe(false)
})

test('small ones and huge ones are nobody’s', () => {
  const buffers = new LentBuffers()
  for (const size of [1000, 20 * mib]) {
    const taken = buffers.take(size)
    expect(taken.length).toBe(size)
    buffers.giveBack()
    expect(same(buffers.take(size), taken)).toBe(false)
  }
})

test('no more than 32 MiB lie about', () => {
  const buffers = new LentBuffers()
  const taken = new Set(Array.from({ length: 5 }, () => buffers.take(16 * mib).buffer))
  buffers.giveBack()
  const again = Array.from({ length: 5 }, () => buffers.take(16 * mib).buffer)
  expect(again.filter((each) => taken.has(each)).length).toBeLessThanOrEqual(2)
})
