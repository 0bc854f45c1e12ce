/**
 * No bytes whatever may do more to a decoder than make it throw INVALID_REQUEST. `JACKDAW_FUZZ_MINUTES=10 npx vitest run
 * test/protocol/fuzz.test.ts` goes on with new seeds.
 */
import { basename } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apis } from '../../src/protocol/apis/index.ts'
import * as layout from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { validateBatch } from '../../src/protocol/batch/validate.ts'
import { decode, encode } from '../../src/protocol/codec.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { requestHeader, responseHeader } from '../../src/protocol/headers.ts'
import { decodeControlKey, decodeControlValue } from '../../src/protocol/records/control-batch.ts'
import { decodeProducerSnapshot } from '../../src/protocol/records/files.ts'
import { decodeKey, decodeMetadataRecord, decodeValue } from '../../src/protocol/records/framing.ts'
import {
  decodeAssignment,
  decodePrincipal,
  decodeSubscription,
} from '../../src/protocol/records/member-bytes.ts'
import {
  groupRecords,
  shareRecords,
  transactionRecords,
} from '../../src/protocol/records/registry.ts'
import type { Message } from '../../src/protocol/schema.ts'
import { batchMutations, sampleBatches } from '../support/batch-mutations.ts'
import { fuzz, fuzzTimeoutMs, greedy, mutations } from '../support/mutations.ts'
import { vectorFiles, vectorLines } from '../support/vectors.ts'
import { rulesFor } from './batch/rules.ts'

interface Sample {
  schema: Message
  version: number
  bytes: Buffer
}

interface Vector {
  direction: 'request' | 'response'
  version: number
  shape: string
  hex: string
}

const samples: Sample[] = vectorFiles('messages').flatMap((file) =>
  vectorLines<Vector>(file).map(({ direction, version, hex }) => ({
    schema: schemaOf(basename(file, '.jsonl'), direction),
    version,
    bytes: Buffer.from(hex, 'hex'),
  })),
)

function schemaOf(name: string, direction: Vector['direction']): Message {
  if (name === 'RequestHeader') return requestHeader as unknown as Message
  if (name === 'ResponseHeader') return responseHeader as unknown as Message
  return apis.find((api) => api.name === name)![direction]
}

/** What comes out, or `undefined` where the one permitted error was thrown. */
function attempt<T>(work: () => T, permitted = ['INVALID_REQUEST']): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof KafkaError && permitted.includes(error.error)) return undefined
    throw error
  }
}

test(
  'mutated messages: an error or a value, and a value can be written and read again',
  () => {
    const property = fc.property(fc.nat(samples.length - 1), mutations, (index, mutate) => {
      const { schema, version, bytes } = samples[index]!
      const value = attempt(() => decode(schema, version, mutate(bytes)))
      if (value === undefined) return
      const written = attempt(() => encode(schema, version, value))
      // Text that was no UTF-8 grows when it is written, maybe beyond what a string may have.
      if (written !== undefined) expect(decode(schema, version, written)).toEqual(value)
    })
    fuzz(property, 20_000, 0.3)
  },
  fuzzTimeoutMs,
)

test(
  'bytes of one message read as any other',
  () => {
    const property = fc.property(
      fc.nat(samples.length - 1),
      fc.nat(samples.length - 1),
      (one, other) => {
        const { schema, version } = samples[one]!
        attempt(() => decode(schema, version, samples[other]!.bytes))
      },
    )
    fuzz(property, 20_000, 0.1)
  },
  fuzzTimeoutMs,
)

test('every beginning of a message, and a greedy length at every place', () => {
  const newest = new Map<string, Sample>()
  for (const sample of samples) {
    const key = `${sample.schema.name} ${sample.version >= sample.schema.flexible}`
    const known = newest.get(key)
    const isBetter = known === undefined || sample.bytes.length > known.bytes.length
    if (isBetter && sample.bytes.length < 800) newest.set(key, sample)
  }
  expect(newest.size).toBeGreaterThan(apis.length)
  for (const { schema, version, bytes } of newest.values()) {
    for (let at = 0; at < bytes.length; at++) {
      attempt(() => decode(schema, version, bytes.subarray(0, at)))
      for (const length of greedy) {
        const rest = bytes.subarray(at + length.length)
        attempt(() => decode(schema, version, Buffer.concat([bytes.subarray(0, at), length, rest])))
      }
    }
  }
}, 120_000)

test(
  'pure garbage',
  () => {
    const property = fc.property(
      fc.nat(samples.length - 1),
      fc.uint8Array({ maxLength: 300 }),
      (index, garbage) => {
        const { schema, version } = samples[index]!
        attempt(() => decode(schema, version, garbage))
      },
    )
    fuzz(property, 10_000, 0.1)
  },
  fuzzTimeoutMs,
)

test(
  'mutated record batches: a leader takes or refuses them, and can read what it took',
  () => {
    const seen = { taken: 0, refused: 0 }
    const codecs = ['producer', 'none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
    const property = fc.property(
      fc.nat(sampleBatches.length - 1),
      batchMutations,
      fc.constantFrom(...codecs),
      (index, mutate, compression) => {
        const verdict = validateBatch(
          Uint8Array.from(mutate(sampleBatches[index]!)),
          rulesFor({ compression, decompressedBytesMax: 1 << 24 }),
        )
        if (!verdict.ok) {
          seen.refused++
          return
        }
        seen.taken++
        // What was taken is read by every consumer: it must not fail there.
        expect([...records(verdict.bytes)]).toHaveLength(verdict.count)
        expect(layout.crcOf(verdict.bytes)).toBe(layout.computeCrc(verdict.bytes))
      },
    )
    fuzz(property, 5000, 0.2)
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100)
  },
  fuzzTimeoutMs,
)

test(
  'mutated record batches: a reader ends, with an error or without',
  () => {
    const property = fc.property(
      fc.nat(sampleBatches.length - 1),
      batchMutations,
      (index, mutate) => {
        const bytes = mutate(sampleBatches[index]!)
        const permitted = [
          ...['INVALID_RECORD', 'CORRUPT_MESSAGE', 'MESSAGE_TOO_LARGE'],
          ...['UNSUPPORTED_COMPRESSION_TYPE'],
        ]
        attempt(() => {
          for (const at of layout.batches(bytes)) {
            for (const _ of records(bytes, at, { decompressedBytesMax: 1 << 24 }));
          }
        }, permitted)
      },
    )
    fuzz(property, 5000, 0.1)
  },
  fuzzTimeoutMs,
)

const decoders: { [group: string]: ((bytes: Buffer, type: number) => unknown)[] } = {
  metadata: [decodeMetadataRecord],
  'group-coordinator': [
    (bytes) => decodeKey(groupRecords, bytes),
    (bytes, type) => decodeValue(groupRecords, type, bytes),
  ],
  'transaction-coordinator': [
    (bytes) => decodeKey(transactionRecords, bytes),
    (bytes, type) => decodeValue(transactionRecords, type, bytes),
  ],
  'share-coordinator': [
    (bytes) => decodeKey(shareRecords, bytes),
    (bytes, type) => decodeValue(shareRecords, type, bytes),
  ],
  control: [decodeControlKey, (bytes, type) => decodeControlValue(type, bytes)],
  'consumer-protocol': [decodeSubscription, decodeAssignment],
  principal: [decodePrincipal],
  'producer-snapshot': [decodeProducerSnapshot],
}

test.each(Object.keys(decoders))(
  'mutated records: %s',
  (group) => {
    const vectors = vectorLines<{ hex: string; framed?: string; type?: number }>(
      `records/${group}.jsonl`,
    ).map(({ hex, framed = hex, type = 0 }) => ({
      bytes: Buffer.from(framed === 'same as hex' ? hex : framed, 'hex'),
      type,
    }))
    // A version of the future, a file that is not whole: these have errors of their own.
    const permitted = ['INVALID_REQUEST', 'UNSUPPORTED_VERSION', 'CORRUPT_MESSAGE']
    const property = fc.property(fc.nat(vectors.length - 1), mutations, (index, mutate) => {
      const { bytes, type } = vectors[index]!
      for (const read of decoders[group]!) attempt(() => read(mutate(bytes), type), permitted)
    })
    fuzz(property, 3000, 0.2 / Object.keys(decoders).length)
  },
  fuzzTimeoutMs,
)
