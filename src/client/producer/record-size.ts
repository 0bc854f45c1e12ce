/** What the producer's limits go by: an upper bound of a record alone in its batch, as Kafka's client reckons it. */
import { varintSize } from '../../base/varint.ts'
import type { Header } from '../../protocol/batch/headers.ts'
import { headerSize } from '../../protocol/batch/layout.ts'
import { KafkaError } from '../../protocol/errors.ts'

/** Length, attributes, time and offset of a record at their largest. */
const recordOverheadMax = 21

/** Sizes of null are −1; of headers `size` is what `encodeHeaders` makes of them. */
export function recordSizeMax(
  keySize: number,
  valueSize: number,
  headers: { count: number; size: number } = noHeaders,
): number {
  const overhead = headerSize + recordOverheadMax + varintSize(headers.count)
  return overhead + sized(keySize) + sized(valueSize) + headers.size
}

/** What headers take in a record, without their count. */
export function headersSize(headers: readonly Header[]): number {
  let size = 0
  for (const { key, value } of headers) {
    size += sized(Buffer.byteLength(key)) + sized(value === null ? -1 : value.length)
  }
  return size
}

const noHeaders = { count: 0, size: 0 }

const sized = (size: number): number => varintSize(size) + Math.max(size, 0)

/** More than the bytes of any record's key, value and headers can be short of `recordSizeMax`. */
export const sizeMargin = headerSize + recordOverheadMax + 3 * 5

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
