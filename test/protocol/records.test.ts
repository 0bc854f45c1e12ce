import { describe, expect, test } from 'vitest'
import { controlTypeOf, controlTypes } from '../../src/protocol/batch/control.ts'
import { decode, encode } from '../../src/protocol/codec.ts'
import * as consumerProtocol from '../../src/protocol/records/consumer-protocol.ts'
import * as control from '../../src/protocol/records/control.ts'
import {
  decodeControlKey,
  decodeControlValue,
  decodeEndTxnMarker,
  encodeControlRecord,
  endTxnRecord,
} from '../../src/protocol/records/control-batch.ts'
import {
  decodeProducerSnapshot,
  encodeProducerSnapshot,
  formatQuorumState,
  parseQuorumState,
} from '../../src/protocol/records/files.ts'
import {
  decodeKey,
  decodeMetadataRecord,
  decodeValue,
  decodeVersioned,
  encodeKey,
  encodeMetadataRecord,
  encodeVersioned,
} from '../../src/protocol/records/framing.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeSubscription,
} from '../../src/protocol/records/member-bytes.ts'
import { defaultPrincipalData } from '../../src/protocol/records/principal.ts'
import { producerSnapshot } from '../../src/protocol/records/producer-snapshot.ts'
import {
  type CoordinatorRecords,
  groupRecords,
  metadataRecords,
  shareRecords,
  transactionRecords,
} from '../../src/protocol/records/registry.ts'
import type { Message, RecordSchema } from '../../src/protocol/schema.ts'
import { contentOf, valueFrom } from '../support/content.ts'
import { vectorFiles, vectorLines } from '../support/vectors.ts'

type Content = { [name: string]: unknown }
interface Vector {
  record: string
  type: number
  part: 'key' | 'value' | 'bytes' | 'file'
  version: number
  shape: string
  hex: string
  framed: string
  content: Content
}

const bytes = (hex: string) => Buffer.from(hex, 'hex')
const lines = (group: string) => vectorLines<Vector>(`records/${group}.jsonl`)

/** The message alone, both ways, as each group's own test does it framed. */
function checkMessage(schema: Message, { version, shape, hex, content }: Vector): void {
  const where = `${schema.name} version ${version}, ${shape}: ${hex}`
  const value = decode(schema, version, bytes(hex))
  expect(contentOf(schema, version, value), where).toEqual(content)
  expect(encode(schema, version, value).toString('hex'), where).toBe(hex)
  if (shape === 'unknownTags') return
  expect(encode(schema, version, valueFrom(schema, content)).toString('hex'), where).toBe(hex)
}

test('every group of records has its test here', () => {
  const groups = [
    'consumer-protocol',
    'control',
    'group-coordinator',
    'metadata',
    'principal',
    'producer-snapshot',
    'quorum-state',
    'share-coordinator',
    'transaction-coordinator',
  ]
  expect(vectorFiles('records')).toEqual(groups.map((group) => `records/${group}.jsonl`))
})

test('metadata records', () => {
  for (const vector of lines('metadata')) {
    const schema = metadataRecords.get(vector.type)!
    expect(schema.name).toBe(vector.record)
    checkMessage(schema, vector)
    const decoded = decodeMetadataRecord(bytes(vector.framed))
    expect(decoded.schema).toBe(schema)
    expect(decoded.version).toBe(vector.version)
    const framed = encodeMetadataRecord(schema, vector.version, decoded.value)
    expect(framed.toString('hex')).toBe(vector.framed)
  }
})

describe.each<[string, CoordinatorRecords]>([
  ['group-coordinator', groupRecords],
  ['transaction-coordinator', transactionRecords],
  ['share-coordinator', shareRecords],
])('%s', (group, records) => {
  test('keys', () => {
    for (const vector of lines(group).filter(({ part }) => part === 'key')) {
      const schema = records.keys.get(vector.type)!
      checkMessage(schema, vector)
      const decoded = decodeKey(records, bytes(vector.framed))!
      expect(decoded.schema).toBe(schema)
      expect(decoded.schema.name).toContain(vector.record)
      expect(encodeKey(schema, decoded.value).toString('hex')).toBe(vector.framed)
    }
  })

  test('values', () => {
    for (const vector of lines(group).filter(({ part }) => part === 'value')) {
      const schema = records.values.get(vector.type)!
      checkMessage(schema, vector)
      const decoded = decodeValue(records, vector.type, bytes(vector.framed))
      expect(decoded.schema).toBe(schema)
      expect(decoded.version).toBe(vector.version)
      const framed = encodeVersioned(schema, vector.version, decoded.value)
      expect(framed.toString('hex')).toBe(vector.framed)
    }
  })

  test('an unknown type of key is told apart, an unknown version of a value is refused', () => {
    expect(decodeKey(records, bytes('7fff'))).toBeUndefined()
    expect(() => decodeValue(records, 0, bytes('7fff'))).toThrow(/version 32767/)
  })
})

test('control records', () => {
  const schemas = Object.values(control) as unknown as (Message & { type?: number })[]
  for (const vector of lines('control')) {
    if (vector.record === 'ControlRecordTypeSchema') {
      checkMessage(control.controlRecordTypeSchema as unknown as Message, vector)
      const type = controlTypes[vector.content.type as number] ?? null
      expect(controlTypeOf(bytes(vector.framed))).toBe(type)
      expect(decodeControlKey(bytes(vector.framed))).toBe(vector.content.type)
      continue
    }
    const schema = schemas.find(({ name }) => name === vector.record)!
    checkMessage(schema, vector)
    if (vector.record === 'EndTxnMarker') {
      const epoch = vector.content.coordinatorEpoch as number
      expect(decodeEndTxnMarker(bytes(vector.framed))).toEqual({ coordinatorEpoch: epoch })
      const type = vector.type === 1 ? 'COMMIT' : 'ABORT'
      expect(endTxnRecord(type, epoch).value.toString('hex')).toBe(vector.framed)
      continue
    }
    const decoded = decodeControlValue(vector.type, bytes(vector.hex))!
    expect(decoded.schema).toBe(schema)
    const value = decoded.value as { version: number }
    const { key, value: written } = encodeControlRecord(schema as RecordSchema, value)
    expect(written.toString('hex')).toBe(vector.hex)
    expect(controlTypeOf(key)).toBe(controlTypes[vector.type])
  }
})

describe('the bytes of group members', () => {
  test('every vector', () => {
    for (const vector of lines('consumer-protocol')) {
      const schema = Object.values(consumerProtocol).find(({ name }) => name === vector.record)!
      checkMessage(schema as unknown as Message, vector)
      const read = vector.record.endsWith('Subscription') ? decodeSubscription : decodeAssignment
      const value = read(bytes(vector.framed))
      const framed = encodeVersioned(schema as unknown as Message, vector.version, value)
      expect(framed.toString('hex')).toBe(vector.framed)
    }
  })

  test('a version above ours is read as far as we know it', () => {
    const newest = encodeSubscription({ topics: ['orders'], rackId: 'r1', generationId: 7 })
    const newer = Buffer.concat([newest, bytes('cafe')])
    newer.writeInt16BE(9, 0)
    expect(decodeSubscription(newer)).toEqual(decodeSubscription(newest))
    expect(decodeSubscription(newest)).toMatchObject({ topics: ['orders'], generationId: 7 })
  })

  test('a negative version is refused, and no bytes at all are an empty assignment', () => {
    expect(() => decodeSubscription(bytes('ffff00000000ffffffff'))).toThrow(/version -1/)
    expect(decodeAssignment(bytes(''))).toEqual({ assignedPartitions: [], userData: null })
  })
})

test('principals', () => {
  for (const vector of lines('principal')) {
    checkMessage(defaultPrincipalData as unknown as Message, vector)
    const { value } = decodeVersioned(defaultPrincipalData, bytes(vector.framed))
    expect(encodeVersioned(defaultPrincipalData, 0, value).toString('hex')).toBe(vector.framed)
  }
})

test('snapshots of producers carry their checksum, and a wrong one is noticed', () => {
  for (const { hex, content } of lines('producer-snapshot')) {
    const entries = decodeProducerSnapshot(bytes(hex))
    const schema = producerSnapshot as unknown as Message
    expect(encodeProducerSnapshot(entries).toString('hex')).toBe(hex)
    expect(contentOf(schema, 1, decode(schema, 1, bytes(hex).subarray(2)))).toEqual(content)
    const flipped = bytes(hex)
    flipped[flipped.length - 1]! ^= 1
    expect(() => decodeProducerSnapshot(flipped)).toThrow(/corrupt/)
    expect(() => decodeProducerSnapshot(bytes(hex).subarray(0, -1))).toThrow(/corrupt/)
  }
})

test('the state of the quorum is one line of JSON', () => {
  const vectors = vectorLines<{ text: string; version: number; content: Content }>(
    'records/quorum-state.jsonl',
  )
  for (const { text, version, content } of vectors) {
    const parsed = parseQuorumState(text)
    expect(parsed.version).toBe(version)
    expect(parsed.value).toMatchObject({
      leaderEpoch: content.epoch,
      leaderId: content.leaderId ?? -1,
      votedId: content.votedId ?? -1,
    })
    expect(formatQuorumState(version, parsed.value)).toBe(text)
  }
  expect(() => parseQuorumState('{"data_version":2}')).toThrow(/version 2/)
})
