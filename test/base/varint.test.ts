import { describe, expect, test } from 'vitest'
import * as varint from '../../src/base/varint.ts'
import { vectorJson } from '../support/vectors.ts'

type Outcome = { value?: string; bytesRead?: number; error?: string }
type Kind = 'unsignedVarint' | 'varint' | 'varlong'

const vectors = vectorJson<{
  varint: { value: number; hex: string }[]
  varlong: { value: string; hex: string }[]
  unsignedVarint: { value: number; asInt32: number; hex: string }[]
  varintErrors: (Record<Kind, Outcome> & { hex: string })[]
}>('primitives.json')

function placeOf(hex: string): varint.Place {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  return { bytes, position: 0, end: bytes.length }
}

function written(write: (bytes: Uint8Array, at: number) => number): string {
  const bytes = new Uint8Array(12).fill(0xee)
  return Buffer.from(bytes.subarray(1, write(bytes, 1))).toString('hex')
}

test.each(vectors.varint)('varint $value', ({ value, hex }) => {
  expect(varint.readVarint(placeOf(hex))).toBe(value)
  expect(written((bytes, at) => varint.writeVarint(bytes, at, value))).toBe(hex)
  expect(varint.varintSize(value)).toBe(hex.length / 2)
})

test.each(vectors.varlong)('varlong $value', ({ value, hex }) => {
  const wide = BigInt(value)
  const number = Number(wide)
  expect(varint.readVarlongExactly(placeOf(hex))).toBe(wide)
  expect(varint.readVarlong(placeOf(hex))).toBe(number)
  expect(written((bytes, at) => varint.writeVarlong(bytes, at, wide))).toBe(hex)
  expect(varint.varlongSize(wide)).toBe(hex.length / 2)
  if (!Number.isSafeInteger(number)) return
  expect(written((bytes, at) => varint.writeVarlong(bytes, at, number))).toBe(hex)
  expect(varint.varlongSize(number)).toBe(hex.length / 2)
})

test.each(vectors.unsignedVarint)('unsigned varint $value', ({ value, asInt32, hex }) => {
  expect(varint.readUnsignedVarint(placeOf(hex))).toBe(asInt32)
  expect(written((bytes, at) => varint.writeUnsignedVarint(bytes, at, value))).toBe(hex)
  expect(varint.unsignedVarintSize(value)).toBe(hex.length / 2)
})

describe.each(vectors.varintErrors)('the bytes "$hex"', ({ hex, ...outcomes }) => {
  const readers: Record<Kind, (place: varint.Place) => number | bigint> = {
    unsignedVarint: varint.readUnsignedVarint,
    varint: varint.readVarint,
    varlong: varint.readVarlongExactly,
  }
  const faults: Record<string, string> = {
    BufferUnderflowException: 'underflow',
    IllegalArgumentException: 'long',
  }
  test.each(Object.entries(readers))('as %s', (kind, read) => {
    const { value, bytesRead, error } = outcomes[kind as Kind]
    const place = placeOf(hex)
    if (error === undefined) {
      expect(String(read(place))).toBe(value)
      expect(place.position).toBe(bytesRead)
    } else {
      expect(() => read(place)).toThrow(expect.objectContaining({ fault: faults[error] }))
      if (kind === 'varlong') expect(() => varint.readVarlong(place)).toThrow(varint.VarintError)
    }
  })
})

test('a number that ends behind the given end is cut off, whatever stands there', () => {
  const place = { bytes: Uint8Array.of(0x80, 0x01), position: 0, end: 1 }
  expect(() => varint.readVarint(place)).toThrow(expect.objectContaining({ fault: 'underflow' }))
})
