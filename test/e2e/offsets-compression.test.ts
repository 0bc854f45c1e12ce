/** `offsets.topic.compression.codec`: the coordinator writes its batches so, and reads those of every codec. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { code } from '../../src/protocol/errors.ts'
import type { Connection } from '../../src/wire/connection.ts'
import { newTopic } from '../support/filling.ts'
import { jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { dataOf, type OneBroker, startOn } from '../support/one-broker.ts'
import { run } from '../support/processes.ts'

let root = ''
let broker: OneBroker | null = null
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-offsets-compression-'))
})
afterEach(async () => {
  await broker?.kill()
  broker = null
  rmSync(root, { recursive: true, force: true })
})

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

test('every codec in turn, on one log', { timeout: 120_000 }, async () => {
  for (const [id] of codecs.entries()) {
    broker = await startOn(root, 'jackdaw', { 'offsets.topic.compression.codec': String(id) })
    if (id === 0) await newTopic(broker.connection, 't', { partitions: codecs.length })
    await commit(broker.connection, id)
    expect(await committed(broker.connection)).toEqual(codecs.slice(0, id + 1).map((_, at) => at))
    await broker.stop()
    broker = null
  }
  expect(await written()).toEqual(codecs)
})

test('a codec that there is not', async () => {
  const config = { 'offsets.topic.compression.codec': 5 }
  await expect(startJackdaw({ config })).rejects.toThrow('Unknown compression type id: 5')
})

/** The partition and the offset are the codec's id; asked again until there is a coordinator that has read its log. */
async function commit(connection: Connection, id: number): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    await connection.call(findCoordinator, { coordinatorKeys: ['g'], keyType: 0 })
    const { topics } = await connection.call(
      offsetCommit,
      {
        groupId: 'g',
        memberId: '',
        topics: [
          {
            name: 't',
            partitions: [
              { partitionIndex: id, committedOffset: BigInt(id), committedMetadata: '' },
            ],
          },
        ],
      },
      { version: 9 },
    )
    const { errorCode } = topics[0]!.partitions[0]!
    if (errorCode === code('NONE')) return
    if (performance.now() > deadline) throw new Error(`the commit is answered with ${errorCode}`)
  }
}

async function committed(connection: Connection): Promise<number[]> {
  const { groups } = await connection.call(
    offsetFetch,
    { groups: [{ groupId: 'g', topics: null }], requireStable: false },
    { version: 9 },
  )
  const found = groups[0]!.topics.flatMap(({ partitions }) => partitions)
  return found.map(({ committedOffset }) => Number(committedOffset)).sort()
}

/** The codecs of the batches in the logs of offsets, in their order. */
async function written(): Promise<string[]> {
  const data = dataOf(root)
  const logs = readdirSync(data)
    .filter((name) => name.startsWith('__consumer_offsets-'))
    .flatMap((name) =>
      readdirSync(join(data, name))
        .filter((file) => file.endsWith('.log'))
        .map((file) => join(data, name, file)),
    )
  const { stdout } = await run(jackdawCommand('dump-log', ['--files', logs.join(',')])!)
  return [...`${stdout}`.matchAll(/compresscodec: (\S+)/g)].map(([, name]) => name!)
}
