/**
 * The codec against those of kafkajs and @platformatic/kafka on the same content: 10 topics of 20 partitions, and
 * Metadata of 1,000 topics of 10. Each side speaks the same version in a row; ours also its newest, both ways.
 *
 *   npm run bench -- protocol
 */
import { fetch } from '../src/protocol/apis/fetch.ts'
import { metadata } from '../src/protocol/apis/metadata.ts'
import { produce } from '../src/protocol/apis/produce.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import { decode, encode } from '../src/protocol/codec.ts'
import type { Message } from '../src/protocol/schema.ts'
import * as content from './content.ts'
import { type Rival, rivals, versions, type Work } from './rivals.ts'

const rounds = 12
const roundMs = 60

/** The best round of each, in nanoseconds; they take turns, so that what else the machine does meets all of them. */
async function times(...works: Work[]): Promise<number[]> {
  const best = works.map(() => Number.POSITIVE_INFINITY)
  for (let each = 0; each < rounds; each++) {
    for (const [index, work] of works.entries()) {
      best[index] = Math.min(best[index]!, await round(work))
    }
  }
  return best
}

async function round(work: Work): Promise<number> {
  const start = process.hrtime.bigint()
  let count = 0
  let spent = 0
  do {
    const result = work()
    if (result instanceof Promise) await result
    count++
    spent = Number(process.hrtime.bigint() - start)
  } while (spent < roundMs * 1e6)
  return spent / count
}

const aBatch = () =>
  encodeBatch({ baseOffset: 0n, partitionLeaderEpoch: -1 }, [
    { key: null, value: content.recordValue, timestamp: 1_700_000_000_000n },
  ])

const batch = aBatch()
// biome-ignore lint/suspicious/noExplicitAny: one table for messages of every shape
type AnyMessage = Message<any>

// biome-ignore lint/suspicious/noExplicitAny: the same
function own(schema: AnyMessage, version: number, value: any) {
  const bytes = encode(schema, version, value)
  return {
    bytes,
    encode: () => encode(schema, version, value),
    decode: () => decode(schema, version, bytes),
  }
}

const fetchRequest = (version: number) => own(fetch.request, version, content.fetchRequest())
const fetchResponse = (version: number) => own(fetch.response, version, content.fetchResponse())
const produceResponse = (version: number) =>
  own(produce.response, version, content.produceResponse())
const produceRequest = (version: number, records: Uint8Array) =>
  own(
    produce.request,
    version,
    content.produceRequest(() => records),
  )
const metadataResponse = (version: number) =>
  own(metadata.response, version, content.metadataResponse(1000, 10))

console.log('Against the codecs of others\n')
console.log('                                         ours       theirs   ratio')
for (const name of ['kafkajs', 'platformatic'] as const) {
  const rival: Rival = rivals[name]
  const v = versions[name]
  const produced = () => encode(produce.request, v.produce, content.produceRequest(aBatch) as never)
  const readProduce = produceResponse(v.produce)
  const readFetch = fetchResponse(v.fetch)
  const readMetadata = metadataResponse(v.metadata)
  const rows: [string, Work, Work][] = [
    [`Produce v${v.produce} request, write`, produced, rival.produceRequest],
    [
      `Produce v${v.produce} response, read`,
      readProduce.decode,
      rival.produceResponse(readProduce.bytes),
    ],
    [`Fetch v${v.fetch} request, write`, fetchRequest(v.fetch).encode, rival.fetchRequest],
    [`Fetch v${v.fetch} response, read`, readFetch.decode, rival.fetchResponse(readFetch.bytes)],
    [
      `Metadata v${v.metadata} response, read`,
      readMetadata.decode,
      rival.metadataResponse(readMetadata.bytes),
    ],
  ]
  console.log(name)
  for (const [row, ours, theirs] of rows) {
    const [a = 0, b = 0] = await times(ours, theirs)
    console.log(`  ${row.padEnd(32)} ${us(a)} ${us(b)} ${(b / a).toFixed(1).padStart(7)}`)
  }
}

console.log('\nOurs at the newest versions\n')
console.log('                                        bytes        write   MB/s         read   MB/s')
const newest: [string, ReturnType<typeof own>][] = [
  ['Fetch request', fetchRequest(18)],
  ['Fetch response, envelope', fetchResponse(18)],
  ['Produce request', produceRequest(13, batch)],
  ['Produce response', produceResponse(13)],
  ['Metadata response, 10,000 partitions', metadataResponse(13)],
]
for (const [row, { bytes, encode: write, decode: read }] of newest) {
  const [w = 0, r = 0] = await times(write, read)
  const rate = (ns: number) => ((bytes.length / ns) * 1000).toFixed(0).padStart(6)
  console.log(
    `${row.padEnd(37)} ${String(bytes.length).padStart(7)} ${us(w)} ${rate(w)} ${us(r)} ${rate(r)}`,
  )
}

function us(ns: number): string {
  return `${(ns / 1000).toFixed(2)} µs`.padStart(12)
}
