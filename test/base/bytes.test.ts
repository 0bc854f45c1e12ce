import { expect, test } from 'vitest'
import * as bytes from '../../src/base/bytes.ts'

test.each([
  0n,
  1n,
  -1n,
  0xffff_ffffn,
  0x1_0000_0000n,
  -0x1_0000_0000n,
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
])('int64 %s is what Buffer says it is', (value) => {
  const expected = Buffer.alloc(10)
  expected.writeBigInt64BE(value, 1)
  const written = new Uint8Array(10)
  bytes.setInt64(written, 1, value)
  expect(Buffer.from(written)).toEqual(expected)
  expect(bytes.int64At(written, 1)).toBe(value)
})

test.each([0, 1, -1, 0x7fff, -0x8000])('int16 %i', (value) => {
  const written = new Uint8Array(4)
  bytes.setInt16(written, 1, value)
  expect(Buffer.from(written).readInt16BE(1)).toBe(value)
  expect(bytes.int16At(written, 1)).toBe(value)
})

test.each([0, 1, -1, 0x7fffffff, -0x80000000])('int32 %i', (value) => {
  const written = new Uint8Array(6)
  bytes.setInt32(written, 1, value)
  expect(Buffer.from(written).readInt32BE(1)).toBe(value)
  expect(bytes.int32At(written, 1)).toBe(value)
  expect(bytes.uint32At(written, 1)).toBe(value >>> 0)
})
