import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  codec,
  codecById,
  compressionIds,
  compressionNames,
} from '../../../src/protocol/batch/compression/codecs.ts'
import { withTrueHeaderChecksum } from '../../../src/protocol/batch/compression/lz4.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'

const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const mebibyte = 1 << 20
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const refused = (error: string) => expect.objectContaining({ name: 'KafkaError', error })

describe.each(codecs)('%s', (name) => {
  const { compress, decompress } = codec(name)

  test('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(2000), (piece, times) => {
        const bytes = Buffer.concat(Array.from({ length: times % 700 }, () => piece))
        const again = decompress(compress(bytes), mebibyte)
        expect(bytes.equals(again)).toBe(true)
      }),
      { seed: 2, numRuns: 60 },
    )
  })

  test('takes what fills the limit, and refuses a byte more before it takes the memory', () => {
    const size = 3 * mebibyte
    const small = compress(Buffer.from(noise(size)))
    const limit = name === 'gzip' || name === 'snappy' ? size : size + mebibyte
    expect(decompress(small, limit).length).toBe(size)
    expect(() => decompress(small, size - 1)).toThrow(refused('MESSAGE_TOO_LARGE'))
    const bomb = compress(Buffer.alloc(64 * mebibyte))
    const before = process.memoryUsage().rss
    expect(() => decompress(bomb, mebibyte)).toThrow(refused('MESSAGE_TOO_LARGE'))
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * mebibyte)
  })

  test('refuses what is cut off, wherever the cut is', () => {
    const bytes = Buffer.from('the quick brown fox jumps over the lazy dog, the quick brown fox')
    const whole = compress(bytes)
    for (let size = 1; size < whole.length; size++) {
      // Snappy's frame may end after any block, and begins with none.
      if (name === 'snappy' && size === 16) continue
      expect(() => decompress(whole.subarray(0, size), mebibyte), `${size}`).toThrow(
        refused('INVALID_RECORD'),
      )
    }
  })

  test('either refuses mutated bytes or stays inside the limit', () => {
    const whole = compress(Buffer.from(noise(2000)))
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const mutated = Uint8Array.from(whole)
        mutated[at]! ^= flip
        try {
          expect(decompress(mutated, 100_000).length).toBeLessThanOrEqual(100_000)
        } catch (error) {
          if (!(error instanceof KafkaError)) throw error
        }
      }),
      { seed: 3, numRuns: 500 },
    )
  })
})

test('gzip reads members one after the other', () => {
  const members = Buffer.concat([gzipSync('one '), gzipSync('two')])
  expect(String(codec('gzip').decompress(members, 100))).toBe('one two')
})

test.each([
  { bytes: '03 08 616263', why: 'one bare block' },
  { bytes: '82534e41505059 00 00000001 00000001 00000005 03 08 616263', why: 'Java’s frame' },
  {
    bytes:
      '82534e41505059 00 00000001 00000001 00000003 01 00 61 ' +
      '82534e41505059 00 00000001 00000001 00000004 02 04 6263',
    why: 'two streams joined',
  },
])('snappy reads $why', ({ bytes }) => {
  expect(String(codec('snappy').decompress(hex(bytes), 100))).toBe('abc')
})

test('snappy writes blocks of 32 KiB in Java’s frame', () => {
  const written = Buffer.from(codec('snappy').compress(Buffer.alloc(40_000)))
  expect(written.subarray(0, 16)).toEqual(hex('82534e4150505900 00000001 00000001'))
  const second = 16 + 4 + written.readInt32BE(16)
  // Each block begins with its length: 32768, then 7232.
  expect(written.subarray(20, 23)).toEqual(hex('808002'))
  expect(written.subarray(second + 4, second + 6)).toEqual(hex('c038'))
})

test('snappy does not believe a block that says it holds more than it can', () => {
  expect(() => codec('snappy').decompress(hex('ffffffff07 00 61'), 2 ** 32)).toThrow(
    refused('INVALID_RECORD'),
  )
})

describe('lz4', () => {
  // "abc" as it is: size 3 with the highest bit set, then the end mark.
  const body = '03000080 616263 00000000'
  test.each([
    { header: '04224d18 60 40 82', why: 'Kafka’s header' },
    { header: '04224d18 68 40 0300000000000000 87', why: 'with the content’s size' },
  ])('reads a frame $why', ({ header }) => {
    expect(String(codec('lz4').decompress(hex(header + body), 100))).toBe('abc')
  })

  test.each([
    { header: '04224d18 40 40 c0', why: 'blocks that depend on each other' },
    { header: '04224d18 a0 40 00', why: 'another version' },
    { header: '04224d18 60 40 1a', why: 'the header checksum of magic 0' },
  ])('refuses $why', ({ header }) => {
    expect(() => codec('lz4').decompress(hex(header + body), 100)).toThrow(
      refused('INVALID_RECORD'),
    )
  })

  test('the header checksum of magic 0 is set right, and a right one left alone', () => {
    const repaired = withTrueHeaderChecksum(hex(`04224d18 60 40 1a${body}`))
    expect(Buffer.from(codec('lz4').decompress(repaired, 100)).toString()).toBe('abc')
    const sound = hex(`04224d18 60 40 82${body}`)
    expect(withTrueHeaderChecksum(sound)).toBe(sound)
  })

  test('bytes behind the frame are not its own', () => {
    const bytes = Buffer.concat([codec('lz4').compress(Buffer.from('abc')), Buffer.from('more')])
    expect(String(codec('lz4').decompress(bytes, 100))).toBe('abc')
  })
})

describe('zstd', () => {
  // A raw block of three bytes, the last: (3 << 3) | 1.
  const block = '190000 616263'
  test.each([
    { frame: `28b52ffd 00 58 ${block}`, why: 'without the size of the content, as Java writes' },
    { frame: `28b52ffd 20 03 ${block}`, why: 'of one segment' },
    { frame: `28b52ffd 60 0300 ${block}`, why: 'whose size takes two bytes', fails: true },
    { frame: `28b52ffd 80 58 03000000 ${block}`, why: 'whose size takes four bytes' },
    { frame: `28b52ffd c0 58 0300000000000000 ${block}`, why: 'whose size takes eight bytes' },
    { frame: `502a4d18 02000000 ffff 28b52ffd 00 58 ${block}`, why: 'behind a skippable one' },
  ])('reads a frame $why', ({ frame, fails }) => {
    const read = () => String(codec('zstd').decompress(hex(frame), mebibyte))
    // Two bytes count from 256: this frame says 259 and has 3.
    if (fails) expect(read).toThrow(refused('INVALID_RECORD'))
    else expect(read()).toBe('abc')
  })

  test('reads frames one after the other, also after one that it refused', () => {
    const { compress, decompress } = codec('zstd')
    const frames = Buffer.concat([compress(Buffer.from('one ')), compress(Buffer.from('two'))])
    expect(() => decompress(hex('28b52ffd 00 58 ffffff'), 100)).toThrow(KafkaError)
    expect(String(decompress(frames, mebibyte))).toBe('one two')
  })
})

test('a codec of the future is refused', () => {
  expect(() => codecById(5)).toThrow(refused('UNSUPPORTED_COMPRESSION_TYPE'))
  compressionNames.forEach((name, id) => {
    expect(compressionIds[name]).toBe(id)
    expect(codecById(id)).toBe(codec(name))
  })
})

/** Bytes that no codec makes much smaller, the same in every run. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = 12345
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0
    bytes[i] = state >>> 16
  }
  return bytes
}
