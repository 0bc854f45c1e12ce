import { expect, test } from 'vitest'
import { type Compression, codec } from '../../../src/protocol/batch/compression/codecs.ts'
import { ensureIntact } from '../../../src/protocol/batch/integrity.ts'
import * as layout from '../../../src/protocol/batch/layout.ts'
import { assignOffsets, validateBatch } from '../../../src/protocol/batch/validate.ts'
import { vectorLines } from '../../support/vectors.ts'
import { rulesFor } from './rules.ts'

const vectors = vectorLines<{
  name: string
  topicConfig: {
    'message.timestamp.type'?: layout.TimestampType
    'compression.type'?: 'uncompressed' | Compression
  }
  leaderEpoch: number
  clockMs: string
  offsetBefore: string
  sent: string
  stored: string
  answer: { baseOffset: string; logAppendTimeMs: string }
}>('batches-stored.jsonl')

test.each(vectors)('a leader stores $name with $topicConfig', (vector) => {
  const { topicConfig, leaderEpoch, answer } = vector
  const compression = topicConfig['compression.type'] ?? 'producer'
  const sent = Uint8Array.from(Buffer.from(vector.sent, 'hex'))
  const verdict = validateBatch(
    sent,
    rulesFor({
      now: Number(vector.clockMs),
      timestampType: topicConfig['message.timestamp.type'] ?? 'CreateTime',
      compression: compression === 'uncompressed' ? 'none' : compression,
    }),
  )
  if (!verdict.ok) throw new Error(verdict.message)
  const { bytes, appendTime, maxTimestamp } = verdict
  assignOffsets(bytes, { baseOffset: BigInt(vector.offsetBefore), leaderEpoch })

  const stored = Uint8Array.from(Buffer.from(vector.stored, 'hex'))
  expect(String(appendTime)).toBe(answer.logAppendTimeMs)
  expect(maxTimestamp).toBe(layout.maxTimestampOf(stored))
  ensureIntact(bytes)
  expect(plainHex(bytes)).toBe(plainHex(stored))
  // Where Kafka changed the header alone, we did so in the bytes of the request, and the records are the same bytes.
  if (layout.codecIdOf(sent) === layout.codecIdOf(stored)) {
    expect(bytes.buffer).toBe(sent.buffer)
    expect(Buffer.from(bytes).toString('hex')).toBe(vector.stored)
  }
})

/** Header and records, without what another encoder's result makes different: the length, the CRC, the compressed bytes. */
function plainHex(batch: Uint8Array): string {
  const header = Buffer.from(batch.subarray(0, layout.headerSize))
  header.fill(0, 8, 12).fill(0, 17, 21)
  const records = codec(layout.compressionOf(batch)!).decompress(
    batch.subarray(layout.headerSize),
    1 << 20,
  )
  return header.toString('hex') + Buffer.from(records).toString('hex')
}
