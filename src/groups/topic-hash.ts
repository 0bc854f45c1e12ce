/** One number over what an assignment depends on in a topic, byte for byte as Kafka makes it (KIP-1101). */
import { uuidBytes } from '../base/uuid.ts'
import { xxh3 } from '../base/xxh3.ts'

export interface TopicFacts {
  readonly id: string
  readonly name: string
  /** Of each partition's replicas, as far as their brokers tell. */
  readonly racks: readonly (readonly string[])[]
}

const version = 0

//  | version | topic id  | name  | partitions | { partition | { length | rack }… }… |
//     int8     2 × int64   text      int32         int32       int32    text
//
// Integers are little-endian; a text is its UTF-16 units and then their count.
export function topicHash({ id, name, racks }: TopicFacts): bigint {
  const uuid = Buffer.from(uuidBytes(id))
  const pieces = [
    Buffer.from([version]),
    Buffer.from(uuid.subarray(0, 8)).reverse(),
    Buffer.from(uuid.subarray(8)).reverse(),
    text(name),
    int32(racks.length),
  ]
  for (const [partition, names] of racks.entries()) {
    pieces.push(int32(partition))
    for (const rack of [...names].sort()) pieces.push(int32(rack.length), text(rack))
  }
  return xxh3(Buffer.concat(pieces))
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32LE(value)
  return bytes
}

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from(value, 'utf16le'), int32(value.length)])
