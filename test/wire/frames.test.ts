import { expect, test } from 'vitest'
import { FrameReader, FrameTooLarge, framePrefix } from '../../src/wire/frames.ts'

const frame = (text: string) => Buffer.concat([framePrefix(text.length), Buffer.from(text)])

function read(chunks: readonly Uint8Array[], bytesMax = 1 << 24): string[] {
  const reader = new FrameReader(bytesMax)
  const frames: string[] = []
  for (const chunk of chunks)
    reader.push(chunk, (each) => frames.push(Buffer.from(each).toString()))
  return frames
}

test('any cut of the stream gives the same frames', () => {
  const texts = ['', 'a', 'hello', 'x'.repeat(300)]
  const stream = Buffer.concat(texts.map(frame))
  for (let size = 1; size <= stream.length; size++) {
    const chunks: Buffer[] = []
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
    expect(read(chunks)).toEqual(texts)
  }
})

test('a frame larger than what a claim is trusted with arrives whole', () => {
  const text = 'abcdefgh'.repeat(400_000)
  const stream = frame(text)
  const chunks: Buffer[] = []
  for (let at = 0; at < stream.length; at += 65_536) chunks.push(stream.subarray(at, at + 65_536))
  expect(read([...chunks, frame('next')])).toEqual([text, 'next'])
})

test.each([
  { size: 1001, why: 'one byte over the limit' },
  { size: 2 ** 31 - 1, why: 'a claim of two gigabytes' },
  { size: -1, why: 'a negative length' },
])('refused: $why', ({ size }) => {
  expect(() => read([framePrefix(size)], 1000)).toThrow(FrameTooLarge)
})

test('an unfinished frame waits', () => {
  expect(read([frame('hello').subarray(0, 8)])).toEqual([])
})
