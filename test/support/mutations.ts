/** Bytes made wrong in the ways in which bytes go wrong, and in those that somebody thinks of who means harm. */
import fc from 'fast-check'

export type Mutation = (bytes: Buffer) => Buffer

const extremes = ['00', '01', '7f', '80', 'ff', '7fff', '8000', 'ffff', '7fffffff', '80000000']
  .concat(['ffffffff', '00ffffff', 'ffffffff07', 'ffffffff0f', 'ffffffff7f', 'ffffffffffff'])
  .map((hex) => Buffer.from(hex, 'hex'))

const at = (bytes: Buffer, place: number): number => Math.floor(place * bytes.length)

function replaced(bytes: Buffer, start: number, end: number, middle: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(end)])
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

const one: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(
    ([where, bit]): Mutation =>
      (bytes) => {
        const copy = Buffer.from(bytes)
        if (copy.length > 0) copy[at(copy, where)]! ^= 1 << bit
        return copy
      },
  ),
  fc.tuple(place, fc.constantFrom(...extremes)).map(
    ([where, extreme]): Mutation =>
      (bytes) =>
        replaced(bytes, at(bytes, where), at(bytes, where) + extreme.length, extreme),
  ),
  fc.tuple(place, fc.constantFrom(...extremes)).map(
    ([where, extreme]): Mutation =>
      (bytes) =>
        replaced(bytes, at(bytes, where), at(bytes, where), extreme),
  ),
  place.map(
    (where): Mutation =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(place, place).map(
    ([from, to]): Mutation =>
      (bytes) => {
        const [start, end] = [at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to))]
        return replaced(bytes, start, end, Buffer.alloc(0))
      },
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 50 })).map(
    ([from, to, times]): Mutation =>
      (bytes) => {
        const [start, end] = [at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to))]
        const slice = bytes.subarray(start, end)
        return replaced(bytes, end, end, Buffer.concat(Array(times).fill(slice)))
      },
  ),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 32 })).map(
    ([where, garbage]): Mutation =>
      (bytes) =>
        replaced(bytes, at(bytes, where), at(bytes, where) + garbage.length, garbage),
  ),
)

/** One to four faults, one after the other. */
export const mutations: fc.Arbitrary<Mutation> = fc.array(one, { minLength: 1, maxLength: 4 }).map(
  (list): Mutation =>
    (bytes) =>
      list.reduce((mutated, each) => each(mutated), bytes),
)

/** Lengths and counts that ask for more than there can be, for every place of a message. */
export const greedy: readonly Buffer[] = [
  '7fffffff',
  '00ffffff',
  'ffffffff07',
  'ffffffff0f',
  '7fff',
].map((hex) => Buffer.from(hex, 'hex'))

const minutes = Number(process.env.JACKDAW_FUZZ_MINUTES ?? 0)
const fixedSeed = 20_260_101

/**
 * Checks a property with the fixed seed, and then, for its share of the minutes in JACKDAW_FUZZ_MINUTES, with ever new ones.
 * What fails names its seed; `seed` here repeats it.
 */
export function fuzz<T>(property: fc.IProperty<T>, runs: number, share: number): void {
  let cases = 0
  for (const seed of fuzzSeeds(share)) {
    fc.assert(property, { numRuns: runs, seed, endOnFailure: false })
    cases += runs
  }
  tellOf(cases)
}

/** The longer form by hand says how many cases there were. */
export function tellOf(cases: number): void {
  if (minutes > 0) console.info(`${cases} cases without a finding`)
}

/** The fixed seed, then new ones for that share of the minutes. */
export function* fuzzSeeds(share: number): Generator<number> {
  yield fixedSeed
  const end = performance.now() + share * minutes * 60_000
  for (let seed = fixedSeed + 1; performance.now() < end; seed++) yield seed
}

/** For a test's own time limit. */
export const fuzzTimeoutMs = minutes * 60_000 + 120_000
