/** The bytes that members of a classic consumer group exchange, and the principal of a forwarded request. */
import { decodeFrom } from '../codec.ts'
import { malformed, Reader } from '../reader.ts'
import type { Message, SentOf, ValueOf } from '../schema.ts'
import { consumerProtocolAssignment, consumerProtocolSubscription } from './consumer-protocol.ts'
import { decodeVersioned, encodeVersioned } from './framing.ts'
import { defaultPrincipalData } from './principal.ts'

export type Subscription = ValueOf<typeof consumerProtocolSubscription>
export type Assignment = ValueOf<typeof consumerProtocolAssignment>
export type Principal = ValueOf<typeof defaultPrincipalData>

const subscriptionVersion = consumerProtocolSubscription.versions[1]
export const assignmentVersionMax = consumerProtocolAssignment.versions[1]

export function encodeSubscription(
  value: SentOf<typeof consumerProtocolSubscription>,
  version = subscriptionVersion,
): Buffer {
  return encodeVersioned(consumerProtocolSubscription, version, value)
}

export function decodeSubscription(bytes: Uint8Array): Subscription {
  return decodeTolerantly(consumerProtocolSubscription, bytes)
}

export const subscriptionVersionOf = (bytes: Uint8Array): number => new Reader(bytes).int16()

export function encodeAssignment(
  value: SentOf<typeof consumerProtocolAssignment>,
  version = assignmentVersionMax,
): Buffer {
  return encodeVersioned(consumerProtocolAssignment, version, value)
}

/** Empty bytes are what a coordinator gives a member without partitions. */
export function decodeAssignment(bytes: Uint8Array): Assignment {
  if (bytes.length === 0) return { assignedPartitions: [], userData: null }
  return decodeTolerantly(consumerProtocolAssignment, bytes)
}

export function encodePrincipal(value: SentOf<typeof defaultPrincipalData>): Buffer {
  return encodeVersioned(defaultPrincipalData, 0, value)
}

export function decodePrincipal(bytes: Uint8Array): Principal {
  return decodeVersioned(defaultPrincipalData, bytes).value
}

// A newer version only adds at the end: a member that is behind the others reads what it knows.
function decodeTolerantly<S extends Message>(schema: S, bytes: Uint8Array): ValueOf<S> {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version < schema.versions[0]) throw malformed(`${schema.name} of version ${version}`)
  return decodeFrom(reader, schema, Math.min(version, schema.versions[1])) as ValueOf<S>
}
