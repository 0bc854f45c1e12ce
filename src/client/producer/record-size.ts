/** What the producer's limits go by: an upper bound of a record alone in its batch, as Kafka's client reckons it. */
import { unsignedVarintSize, varintSize } from '../../base/varint.ts'
import type { Header } from '../../protocol/batch/headers.ts'
import { headerSize } from '../../protocol/batch/layout.ts'
import { KafkaError } from '../../protocol/errors.ts'

/** Length, attributes, time and offset of a record at their largest. */
const recordOverheadMax = 21

/** Sizes of null are −1. */
export function recordSizeMax(
  keySize: number,
  valueSize: number,
  headers: readonly Header[] = [],
): number {
  let size = headerSize + recordOverheadMax + sized(keySize) + sized(valueSize)
  size += varintSize(headers.length)
  for (const { key, value } of headers) {
    size += sized(Buffer.byteLength(key)) + sized(value === null ? -1 : value.length)
  }
  return size
}

const sized = (size: number): number => varintSize(size) + Math.max(size, 0)

/** More than any record's own bytes can be short of `recordSizeMax`, headers apart. */
export const sizeMargin = headerSize + recordOverheadMax + 2 * 5 + unsignedVarintSize(0)

/** Null if a record of this size may be sent. */
export function sizeRefusal(
  size: number,
  { maxRequestSize, bufferMemory }: { maxRequestSize: number; bufferMemory: number },
): KafkaError | null {
  if (size > maxRequestSize) {
    return new KafkaError(
      'MESSAGE_TOO_LARGE',
      `The message is ${size} bytes when serialized which is larger than ${maxRequestSize}, which is the value of the max.request.size configuration.`,
    )
  }
  if (size > bufferMemory) {
    return new KafkaError(
      'MESSAGE_TOO_LARGE',
      `The message is ${size} bytes when serialized which is larger than the total memory buffer you have configured with the buffer.memory configuration.`,
    )
  }
  return null
}
