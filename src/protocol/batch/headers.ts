import { type Place, readVarint, VarintError, writeVarint } from '../../base/varint.ts'
import { invalid } from './invalid.ts'

/** Of a record (KIP-82): names may repeat, values may be null. */
export type Header = { key: string; value: Uint8Array | null }

/** As they stand in a record, behind their count: `| keyLength | key (UTF-8) | valueLength | value |` each. */
export function encodeHeaders(headers: readonly Header[]): Uint8Array {
  const keys = headers.map(({ key }) => Buffer.from(key))
  let sizeMax = 0
  headers.forEach(({ value }, i) => {
    sizeMax += 10 + keys[i]!.length + (value?.length ?? 0)
  })
  const bytes = Buffer.allocUnsafe(sizeMax)
  let position = 0
  headers.forEach(({ value }, i) => {
    position = writeVarint(bytes, position, keys[i]!.length)
    position += keys[i]!.copy(bytes, position)
    position = writeVarint(bytes, position, value === null ? -1 : value.length)
    if (value !== null) bytes.set(value, position)
    position += value?.length ?? 0
  })
  return bytes.subarray(0, position)
}

/** Goes behind them, or throws for what is none. */
export function skipHeaders(place: Place, count: number): void {
  if (count < 0) throw invalid(`Found invalid number of record headers ${count}`)
  if (count > place.end - place.position) {
    throw invalid(
      `Found invalid number of record headers. ${count} is larger than the remaining size of the buffer`,
    )
  }
  for (let i = 0; i < count; i++) {
    const keySize = readVarint(place)
    if (keySize < 0) throw invalid(`Invalid negative header key size ${keySize}`)
    place.position += keySize
    const valueSize = readVarint(place)
    if (valueSize > 0) place.position += valueSize
  }
  if (place.position > place.end) throw new VarintError('underflow')
}

/** Reads what a cursor has walked over before, so that it is known to be whole. */
export function decodeHeaders(place: Place, count: number): Header[] {
  const headers: Header[] = []
  for (let i = 0; i < count; i++) {
    const key = slice(place, readVarint(place))
    const valueSize = readVarint(place)
    headers.push({
      key: headerKeyText(key),
      value: valueSize < 0 ? null : slice(place, valueSize),
    })
  }
  return headers
}

export function headerKeyText(key: Uint8Array): string {
  return utf8.decode(key)
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

function slice(place: Place, size: number): Uint8Array {
  const start = place.position
  place.position += size
  return place.bytes.subarray(start, place.position)
}
