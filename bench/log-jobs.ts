/** What the benches of the log have in common: brokers of both kinds, and one client for both. */
import { fetch } from '../src/protocol/apis/fetch.ts'
import { listOffsets } from '../src/protocol/apis/list-offsets.ts'
import { produce } from '../src/protocol/apis/produce.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import { batches, lastOffsetOf } from '../src/protocol/batch/layout.ts'
import { settled } from '../test/support/asking.ts'
import { type Kind, type OneBroker, startOn } from '../test/support/one-broker.ts'
import { java } from './contestants.ts'

export const mib = 1024 * 1024
export const timeoutMs = 60_000
/** `ALONE=1`: without Apache Kafka. */
export const kinds: readonly Kind[] =
  java.ok && process.env.ALONE === undefined ? ['jackdaw', 'apache'] : ['jackdaw']
export const withoutJava = java.ok ? [] : [`Apache Kafka: ${java.reason}`]

/** A topic that takes batches of 1 MiB. */
export const large = { configs: { 'max.message.bytes': '2000000' } }
const inFlight = 5
const running = new Set<OneBroker>()

export async function started(root: string, kind: Kind): Promise<OneBroker> {
  const broker = await startOn(root, kind)
  running.add(broker)
  return broker
}

export async function ended(broker: OneBroker, how: 'stop' | 'kill'): Promise<void> {
  running.delete(broker)
  await broker[how]()
}

export async function killAll(): Promise<void> {
  for (const each of running) await each.kill()
}

/** Batches of this size until `mb` are acknowledged, five of them on the way at any time. */
export async function write(
  { connection }: OneBroker,
  topic: string,
  size: number,
  totalMb: number,
) {
  const value = Buffer.alloc(size - 200, 'abcdefgh')
  const records = encodeBatch({}, [{ key: null, value, timestamp: BigInt(Date.now()) }])
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  const request = { acks: 1, timeoutMs, topicData }
  const send = () =>
    settled(
      () => connection.call(produce, request, { version: 12, timeoutMs }),
      ({ responses }) => [responses[0]!.partitionResponses[0]!.errorCode],
    )
  // The first one waits for the leader.
  await send()
  let left = Math.ceil((totalMb * mib) / records.length)
  const began = performance.now()
  const lane = async () => {
    while (left-- > 0) await send()
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return (performance.now() - began) / 1000
}

export async function readAll(
  { connection }: OneBroker,
  topic: string,
  bytesMax: number,
): Promise<number> {
  const began = performance.now()
  for (let fetchOffset = 0n; ; ) {
    const asked = [{ partition: 0, fetchOffset, partitionMaxBytes: bytesMax }]
    const { responses } = await connection.call(
      fetch,
      {
        ...{ maxWaitMs: 100, minBytes: 1, isolationLevel: 0, sessionId: 0, sessionEpoch: -1 },
        topics: [{ topic, partitions: asked }],
        forgottenTopicsData: [],
      },
      { version: 12, timeoutMs },
    )
    const { records, highWatermark } = responses[0]!.partitions[0]!
    const bytes = records ?? new Uint8Array(0)
    for (const at of batches(bytes)) fetchOffset = lastOffsetOf(bytes, at) + 1n
    if (fetchOffset >= highWatermark) return (performance.now() - began) / 1000
  }
}

/** Asks each partition where it ends. */
export function endsOf({ connection }: OneBroker, topic: string, count = 1) {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1n,
  }))
  return connection.call(
    listOffsets,
    { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] },
    { version: 7, timeoutMs },
  )
}
