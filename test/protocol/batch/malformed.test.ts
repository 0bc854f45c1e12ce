import { expect, test } from 'vitest'
import { ensureIntact } from '../../../src/protocol/batch/integrity.ts'
import { batches } from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { validateBatch } from '../../../src/protocol/batch/validate.ts'
import { KafkaError } from '../../../src/protocol/errors.ts'
import { vectorLines } from '../../support/vectors.ts'
import { rulesFor } from './rules.ts'

type Failure = { ok: false; error: string; message: string }
type Verdict<Success> = (Success & { ok: true }) | (Failure & Partial<Success>)

type Vector = {
  name: string
  why: string
  hex: string
  reader: Verdict<{ batches: number; records: number }>
  produce: Verdict<{ firstOffset: string; lastOffset: string }> & {
    recordErrors?: { batchIndex: number; message: string }[]
  }
}

const vectors = vectorLines<Vector>('batches-malformed.jsonl')
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

/** An exception of Java's library came through; its code and text are an accident (see the vectors' README). */
const accident = 'UNKNOWN_SERVER_ERROR'

test.each(vectors)('reading $name: $why', ({ name, hex, reader }) => {
  const read = readAll(bytesOf(hex))
  if (reader.ok)
    expect(read).toEqual({ ok: true, batches: reader.batches, records: reader.records })
  else if (reader.error !== accident) expect(read).toEqual(reader)
  // To stop before a last batch that is not whole is right, and 2 GiB are never there.
  else if (name === 'length/2147483647') expect(read).toEqual({ ok: true, batches: 0, records: 0 })
  else expect(read).toMatchObject({ ok: false })
})

test.each(vectors)('a leader gets $name: $why', ({ hex, produce }) => {
  const verdict = validateBatch(bytesOf(hex), rulesFor({ apiVersion: 9, now: 1700000060000 }))
  if (produce.ok) {
    const count = Number(produce.lastOffset) - Number(produce.firstOffset) + 1
    expect(verdict).toMatchObject({ ok: true, count })
  } else if (produce.error === accident) {
    // A producer must not try these again: INVALID_RECORD and UNSUPPORTED_COMPRESSION_TYPE are final as Kafka's answer is.
    expect(verdict).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^(INVALID_RECORD|UNSUPPORTED_COMPRESSION_TYPE)$/),
    })
  } else {
    expect(verdict).toEqual({
      ok: false,
      error: produce.error,
      message: produce.message,
      recordErrors: produce.recordErrors ?? [],
    })
  }
})

function readAll(bytes: Uint8Array) {
  const counts = { batches: 0, records: 0 }
  try {
    for (const at of batches(bytes)) {
      ensureIntact(bytes, at)
      counts.batches++
      for (const _ of records(bytes, at)) counts.records++
    }
    return { ok: true, ...counts }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    const { error: name, message } = error
    const className = { CORRUPT_MESSAGE: 'CorruptRecordException' }[name as string]
    return {
      ok: false,
      error: name,
      class: className ?? 'InvalidRecordException',
      message,
      ...counts,
    }
  }
}
