import { expect, test } from 'vitest'
import { crc32, crc32c } from '../../src/base/checksum.ts'
import { murmur2, partitionForKey, toPositive } from '../../src/base/murmur2.ts'
import { vectorJson } from '../support/vectors.ts'

const vectors = vectorJson<{
  murmur2: {
    keyBase64: string
    murmur2: number
    positive: number
    partition: Record<string, number>
  }[]
  crc32c: { base64: string; crc32c: number }[]
}>('primitives.json')

test.each(vectors.murmur2)('murmur2 of $keyBase64', (vector) => {
  const key = Uint8Array.from(Buffer.from(vector.keyBase64, 'base64'))
  expect(murmur2(key)).toBe(vector.murmur2)
  expect(toPositive(murmur2(key))).toBe(vector.positive)
  for (const [count, partition] of Object.entries(vector.partition)) {
    expect(partitionForKey(key, Number(count))).toBe(partition)
  }
})

test.each(vectors.crc32c)('CRC-32C of $base64', ({ base64, crc32c: expected }) => {
  expect(crc32c(Buffer.from(base64, 'base64'))).toBe(expected)
})

test('CRC-32 gives the check value of its catalogue entry', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
})
