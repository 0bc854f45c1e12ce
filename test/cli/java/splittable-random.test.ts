import { expect, test } from 'vitest'
import { SplittableRandom } from '../../../src/cli/java/splittable-random.ts'

const letters = (count: number, seed: bigint) => {
  const random = new SplittableRandom(seed)
  return Array.from({ length: count }, () => String.fromCharCode(65 + random.nextInt(26))).join('')
}

test('the letters are those that Kafka’s producer-perf-test writes', () => {
  expect(letters(15, 0n)).toBe('YQHHNEBSEPDNSEI')
})

/** The same in bigints, as the algorithm is written down. */
function* numbers(seed: bigint): Generator<number> {
  const long = (z: bigint) => BigInt.asUintN(64, z)
  for (let s = long(seed); ; ) {
    s = long(s + 0x9e3779b97f4a7c15n)
    let z = long((s ^ (s >> 33n)) * 0x62a9d9ed799705f5n)
    z = long((z ^ (z >> 28n)) * 0xcb24d0a5c88c35b3n)
    yield Number(BigInt.asIntN(32, z >> 32n))
  }
}

test.each([0n, 1n, -1n, 0x123456789abcdef0n])(
  'seed %i: halves make the same as the whole',
  (seed) => {
    const random = new SplittableRandom(seed)
    const whole = numbers(seed)
    for (let i = 0; i < 2000; i++) {
      expect(random.nextInt(1 << 16)).toBe(whole.next().value! & 0xffff)
    }
  },
)
