/**
 * Writes that are on the medium before they are acknowledged (flush.messages=1), in many partitions at once: through the whole
 * broker, against Apache Kafka with the same client.
 *   npm run bench -- flush          PARTITIONS=100 LANES=32 WRITES=3000 ROUNDS=3 as the environment
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { produce } from '../src/protocol/apis/produce.ts'
import { encodeBatch } from '../src/protocol/batch/encode.ts'
import type { Connection } from '../src/wire/connection.ts'
import { settled } from '../test/support/asking.ts'
import { newTopic, text } from '../test/support/filling.ts'
import { connect, type Kind, type OneBroker, startOn } from '../test/support/one-broker.ts'
import { kinds, timeoutMs } from './log-jobs.ts'
import { cpuSeconds, median, sideBySide } from './measure.ts'
import { mapped, print, row } from './table.ts'

const partitions = Number(process.env.PARTITIONS ?? 100)
const lanes = Number(process.env.LANES ?? 32)
const writes = Number(process.env.WRITES ?? 3000)
const rounds = Number(process.env.ROUNDS ?? 3)

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-flush-'))
const running = new Map<Kind, OneBroker>()
const connections = new Map<Kind, Connection[]>()
try {
  for (const kind of kinds) await prepare(kind)
  const alone = await sideBySide(kinds, rounds, async (kind) => {
    const seen = await eachAlone(connections.get(kind)!)
    return { ...seen, perSecond: writes / seen.seconds }
  })
  const name = `${lanes} connections, one write each, ${partitions} partitions`
  const figure = (view: (one: Seen & { perSecond: number }) => number) =>
    mapped(alone, (all) => median(all.map(view)))
  row(
    `${name}: writes/s`,
    figure(({ perSecond }) => perSecond),
    0,
    'more',
  )
  row(
    `${name}: median, ms`,
    figure(({ latencies }) => at(latencies, 0.5)),
    2,
  )
  row(
    `${name}: 99 of 100, ms`,
    figure(({ latencies }) => at(latencies, 0.99)),
    2,
  )
  const together = await sideBySide(kinds, rounds, (kind) => allAtOnce(running.get(kind)!))
  row(`one request that writes to all ${partitions}, ms`, mapped(together, median), 1)
  const notes = kinds.map((kind) => {
    const seconds = cpuSeconds(running.get(kind)!.pid()!)
    return `${kind}: ${seconds.toFixed(1)} s of processor in all, start included`
  })
  print(['flush.messages=1, 100 bytes a record', ...notes])
} finally {
  for (const each of connections.values()) for (const connection of each) connection.close()
  for (const broker of running.values()) await broker.kill()
  rmSync(folder, { recursive: true, force: true })
}

interface Seen {
  readonly seconds: number
  readonly latencies: readonly number[]
}

async function prepare(kind: Kind): Promise<void> {
  const broker = await startOn(join(folder, kind), kind)
  running.set(kind, broker)
  await newTopic(broker.connection, 'synced', { partitions, configs: { 'flush.messages': '1' } })
  const opened = Array.from({ length: lanes }, () => connect(broker.address))
  connections.set(kind, await Promise.all(opened))
  // The first one waits for the leaders; then both warm up.
  await allAtOnce(broker)
  await eachAlone(connections.get(kind)!)
}

/** Each lane waits for its answer before it sends again; together they go round the partitions. */
async function eachAlone(all: readonly Connection[]): Promise<Seen> {
  const latencies: number[] = []
  let next = 0
  const began = performance.now()
  const lane = async (connection: Connection) => {
    while (next < writes) {
      const index = next++ % partitions
      const sent = performance.now()
      await write(connection, [index])
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(all.map(lane))
  return { seconds: (performance.now() - began) / 1000, latencies }
}

/** Milliseconds for one of them, as they come one after the other. */
async function allAtOnce({ connection }: OneBroker): Promise<number> {
  const times = 20
  const indexes = Array.from({ length: partitions }, (_, index) => index)
  const began = performance.now()
  for (let i = 0; i < times; i++) await write(connection, indexes)
  return (performance.now() - began) / times
}

async function write(connection: Connection, indexes: readonly number[]): Promise<void> {
  const value = text('x'.repeat(100))
  const partitionData = indexes.map((index) => ({
    index,
    records: encodeBatch({}, [{ key: null, value, timestamp: BigInt(Date.now()) }]),
  }))
  const request = { acks: -1, timeoutMs, topicData: [{ name: 'synced', partitionData }] }
  await settled(
    () => connection.call(produce, request, { version: 12, timeoutMs }),
    ({ responses }) => responses[0]!.partitionResponses.map(({ errorCode }) => errorCode),
  )
}

function at(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]!
}
