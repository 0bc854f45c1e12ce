/** Many readers at once, each with requests ahead of the answers, some of them slow: everybody gets the bytes that were written. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { append, newTopic } from '../support/filling.ts'
import { connect, type OneBroker, startOn } from '../support/one-broker.ts'

const timeoutMs = 120_000
const size = 700_000
const perPartition = 6

let root = ''
let broker: OneBroker
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-reading-'))
  broker = await startOn(root, 'jackdaw')
}, timeoutMs)
afterEach(async () => {
  await broker.kill()
  rmSync(root, { recursive: true, force: true })
})

const fillOf = (partition: number, offset: number) => 'abcdefgh'[partition]! + String(offset)

test(
  'readers do not see each other’s bytes',
  async () => {
    await newTopic(broker.connection, 't', { partitions: 4 })
    for (let partition = 0; partition < 4; partition++) {
      for (let offset = 0; offset < perPartition; offset++) {
        const value = Buffer.alloc(size, fillOf(partition, offset))
        await append(broker.connection, { topic: 't', partition, records: [{ key: null, value }] })
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, reader) => readAlong(reader % 4)))
  },
  timeoutMs,
)

async function readAlong(partition: number): Promise<void> {
  const connection = await connect(broker.address)
  const offsets = Array.from({ length: 4 * perPartition }, (_, index) => index % perPartition)
  const answers = offsets.map(async (offset) => {
    const asked = [{ partition, fetchOffset: BigInt(offset), partitionMaxBytes: 1_500_000 }]
    const { responses } = await connection.call(
      fetch,
      {
        ...{ maxWaitMs: 100, minBytes: 1, isolationLevel: 0, sessionId: 0, sessionEpoch: -1 },
        topics: [{ topic: 't', partitions: asked }],
        forgottenTopicsData: [],
      },
      { version: 12, timeoutMs },
    )
    const found = [...records(responses[0]!.partitions[0]!.records!)]
    expect(found[0]!.offset).toBe(BigInt(offset))
    for (const each of found) {
      const expected = Buffer.alloc(size, fillOf(partition, Number(each.offset)))
      expect(expected.equals(each.value!)).toBe(true)
    }
  })
  await Promise.all(answers)
  connection.close()
}
