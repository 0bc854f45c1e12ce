/** Tagged fields that we do not know (KIP-482): kept on the struct they came with, and written again, as Kafka does. */
import { KafkaError } from '../errors.ts'
import type { Writer } from '../writer.ts'

export const unknownTags = Symbol('unknown tagged fields')
export type UnknownTags = { tag: number; bytes: Uint8Array }[]

/**
 * Writes those whose tag is below `below` and above `above`, beginning with the one at `index`; tells where it has stopped.
 * On the wire tags ascend, the known and the unknown ones together, and none comes twice.
 */
export function writeUnknownTags(
  writer: Writer,
  unknown: UnknownTags,
  index: number,
  above: number,
  below: number,
): number {
  let next = index
  let last = above
  for (; next < unknown.length && unknown[next]!.tag < below; next++) {
    const { tag, bytes } = unknown[next]!
    if (tag <= last) {
      throw new KafkaError('INVALID_REQUEST', `tagged field ${tag} comes after ${last}`)
    }
    last = tag
    writer.uvarint(tag)
    writer.uvarint(bytes.length)
    writer.raw(bytes)
  }
  return next
}
