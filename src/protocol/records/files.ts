/** Messages that are whole files: producers' snapshots and the state of the quorum. */
import { int16At, setInt32, uint32At } from '../../base/bytes.ts'
import { crc32c } from '../../base/checksum.ts'
import { KafkaError } from '../errors.ts'
import type { Message, SentOf, ValueOf } from '../schema.ts'
import { decodeVersioned, encodeVersioned } from './framing.ts'
import { producerSnapshot } from './producer-snapshot.ts'
import { quorumStateData } from './quorum-state.ts'

export type ProducerEntries = ValueOf<typeof producerSnapshot>['producerEntries']

//  0         2     6
//  | version | crc | count, entries …      int16, CRC-32C of all that follows
const crcAt = 2
const crcEnd = 6

export function encodeProducerSnapshot(producerEntries: ProducerEntries): Buffer {
  const bytes = encodeVersioned(producerSnapshot, 1, { crc: 0, producerEntries })
  setInt32(bytes, crcAt, crc32c(bytes.subarray(crcEnd)))
  return bytes
}

/** Throws CORRUPT_MESSAGE for a file that is not whole; a broker then builds the state anew from the log. */
export function decodeProducerSnapshot(bytes: Uint8Array): ProducerEntries {
  if (bytes.length < crcEnd) throw corrupt(`${bytes.length} bytes`)
  if (int16At(bytes, 0) !== 1) throw corrupt(`version ${int16At(bytes, 0)}`)
  if (uint32At(bytes, crcAt) !== crc32c(bytes.subarray(crcEnd))) throw corrupt('its checksum')
  return decodeVersioned(producerSnapshot, bytes).value.producerEntries
}

function corrupt(why: string): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', `the snapshot of producers is corrupt: ${why}`)
}

export type QuorumStateData = ValueOf<typeof quorumStateData>

/** The quorum-state file: one line of JSON, its fields in the order of the declaration. */
export function formatQuorumState(version: number, state: SentOf<typeof quorumStateData>): string {
  const given = state as { readonly [name: string]: unknown }
  const fields = Object.entries(fieldsOf(version)).map(([name, zero]) => {
    const value = given[name] ?? zero
    return [name, typeof value === 'bigint' ? Number(value) : value]
  })
  return JSON.stringify({ ...Object.fromEntries(fields), data_version: version })
}

export function parseQuorumState(text: string): { version: number; value: QuorumStateData } {
  const json = JSON.parse(text) as { readonly [name: string]: unknown }
  const version = Number(json.data_version)
  const [lowest, highest] = quorumStateData.versions
  if (!(version >= lowest && version <= highest)) {
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `it is of version ${json.data_version}, and ${lowest} to ${highest} are known`,
    )
  }
  const value: { [name: string]: unknown } = {}
  for (const [name, zero] of Object.entries({ ...fieldsOf(0), ...fieldsOf(1) })) {
    const found = json[name] ?? zero
    value[name] = typeof zero === 'bigint' ? BigInt(found as number) : found
  }
  return { version, value: value as QuorumStateData }
}

/** The fields of a version with what they hold when nothing is said. */
function fieldsOf(version: number): { [name: string]: unknown } {
  const { fields } = quorumStateData as unknown as Message
  const there = Object.entries(fields).filter(([, field]) => {
    const { from = 0, to = Infinity } = field as { from?: number; to?: number }
    return version >= from && version <= to
  })
  return Object.fromEntries(
    there.map(([name, field]) => [name, 'default' in field ? field.default : field.zero]),
  )
}
