/**
 * Record batches on the hot paths, in records and megabytes a second: cutting lines into batches, walking over them, the
 * leader's look at a Produce request, and the codecs. Lines of 100 bytes unless a name says otherwise.
 *
 *   npm run bench -- batches
 */
import {
  type Compression,
  codec,
  decompressedBytesMax,
} from '../src/protocol/batch/compression/codecs.ts'
import { RecordCursor } from '../src/protocol/batch/cursor.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import { headerSize } from '../src/protocol/batch/layout.ts'
import { overheadMax, spanWidth } from '../src/protocol/batch/spans.ts'
import { type BatchRules, validateBatch } from '../src/protocol/batch/validate.ts'
import { BatchWriter } from '../src/protocol/batch/writer.ts'

const roundsMs = 600
const batchSizeMax = 1_000_000
const chunkSize = 64 * 1024

const rules: BatchRules = {
  topicPartition: 'bench-0',
  now: 1_700_000_000_000,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: 2n ** 63n - 1n,
  timestampAfterMaxMs: 3_600_000n,
  messageBytesMax: 10_000_000,
  compacted: false,
  compression: 'producer',
}

const lines = Array.from({ length: 5000 }, (_, i) => Buffer.from(lineOf(i, 100)))
const plain = batchOf('none')
const cursor = new RecordCursor()

type Outcome = { records: number; bytes: number }

function validated(batch: Uint8Array, more: Partial<BatchRules> = {}): () => Outcome {
  return () => {
    const verdict = validateBatch(batch, { ...rules, ...more })
    if (!verdict.ok) throw new Error(verdict.message)
    return { records: verdict.count, bytes: plain.length }
  }
}

function copier(batch: Uint8Array): () => Outcome {
  const target = Buffer.alloc(2 * batch.length)
  return () => {
    cursor.open(batch)
    // Source and target in one buffer: copyWithin needs no view.
    target.set(batch, batch.length)
    let position = 0
    while (cursor.next()) {
      const { valueStart, valueEnd } = cursor
      target.copyWithin(position, batch.length + valueStart, batch.length + valueEnd)
      position += valueEnd - valueStart
      target[position++] = 10
    }
    return { records: cursor.count, bytes: position }
  }
}

class LineCutter {
  readonly #writer = new BatchWriter(batchSizeMax + overheadMax)
  readonly #spans = new Int32Array(chunkSize * spanWidth)
  readonly #chunk: Buffer

  constructor(chunk: Buffer) {
    this.#chunk = chunk
  }

  /** One chunk as it comes from a pipe: find the newlines, write the records, hand over what is full. */
  cutOnce(): Outcome {
    const to = this.#findLines()
    for (let from = 0; from < to; ) {
      from = this.#writer.appendSpans(
        { source: this.#chunk, spans: this.#spans, count: to },
        { from, to },
        { times: { base: 0, preset: 0 }, sizeMax: batchSizeMax },
      )
      if (from < to) this.#writer.recycle(this.#writer.build({ baseTimestamp: 1n }))
    }
    return { records: to, bytes: this.#chunk.length }
  }

  #findLines(): number {
    let count = 0
    for (let start = 0; ; count++) {
      const end = this.#chunk.indexOf(10, start)
      if (end < 0) return count
      const at = count * spanWidth
      this.#spans[at] = -1
      this.#spans[at + 2] = start
      this.#spans[at + 3] = end
      start = end + 1
    }
  }
}

function chunkOf(lineSize: number): Buffer {
  let text = ''
  for (let i = 0; text.length + lineSize < chunkSize; i++) text += `${lineOf(i, lineSize)}\n`
  return Buffer.from(text)
}

/** Text with some order in it, as logs have: half of the line repeats. */
function lineOf(i: number, size: number): string {
  const id = Math.imul(i + 1, 2654435761) >>> 0
  return `${id} user=${id % 1000} ${'level=info msg="order accepted" '.repeat(size)}`.slice(0, size)
}

async function report(name: string, run: () => Outcome): Promise<void> {
  await measure(run, roundsMs / 3)
  const { records, bytes, seconds } = await measure(run, roundsMs)
  const perSecond = (value: number) => (value / seconds / 1e6).toFixed(1).padStart(8)
  console.log(`${name.padEnd(56)}${perSecond(records)} M records/s${perSecond(bytes)} MB/s`)
}

async function measure(run: () => Outcome, ms: number) {
  const start = performance.now()
  const total = { records: 0, bytes: 0 }
  while (performance.now() - start < ms) {
    const { records, bytes } = run()
    total.records += records
    total.bytes += bytes
    // The libraries' buffers are freed between turns of the event loop, of which a process that works has many.
    await new Promise(setImmediate)
  }
  return { ...total, seconds: (performance.now() - start) / 1000 }
}

function batchOf(compression: Compression): Uint8Array {
  const fields = { compression, baseTimestamp: BigInt(rules.now) }
  return encodeBatch(
    fields,
    lines.map((value) => ({ key: null, value })),
  )
}

for (const lineSize of [10, 100, 1000]) {
  const cutter = new LineCutter(chunkOf(lineSize))
  await report(`cut lines of ${lineSize} bytes into batches, CRC included`, () => cutter.cutOnce())
}

await report('walk over a batch', () => {
  cursor.open(plain)
  let bytes = 0
  while (cursor.next()) bytes += cursor.valueEnd - cursor.valueStart
  return { records: lines.length, bytes }
})

await report('copy the values of a batch out, a newline behind each', copier(plain))

await report('append records one by one', () => {
  const writer = new BatchWriter(batchSizeMax)
  for (const line of lines) writer.append(0, null, line)
  return { records: lines.length, bytes: writer.build().length }
})

await report('validate a Produce request: plain', validated(plain))
for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
  await report(`validate a Produce request: ${compression}`, validated(batchOf(compression)))
}
await report('validate and recompress: plain → lz4', validated(plain, { compression: 'lz4' }))

for (const name of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
  const { compress, decompress } = codec(name)
  const body = plain.subarray(headerSize)
  const small = compress(body)
  const outcome = { records: lines.length, bytes: body.length }
  await report(`${name}: compress, to ${Math.round((100 * small.length) / body.length)} %`, () => {
    compress(body)
    return outcome
  })
  await report(`${name}: decompress`, () => {
    decompress(small, decompressedBytesMax)
    return outcome
  })
}
