/** KIP-392: a consumer reads from the replica of its own rack. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { until } from '../support/asking.ts'
import { append, newTopic, numbered } from '../support/filling.ts'
import { jackdawCommand } from '../support/jackdaw.ts'
import { connect } from '../support/one-broker.ts'
import { run } from '../support/processes.ts'
import { which } from '../support/project.ts'
import { startThreeOn, type ThreeNodes } from '../support/three-nodes.ts'

const rackAware = 'org.apache.kafka.common.replica.RackAwareReplicaSelector'

let root = ''
let nodes: ThreeNodes | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-racks-'))
})
afterEach(async () => {
  await nodes?.kill()
  nodes = undefined
  rmSync(root, { recursive: true, force: true })
})

test('the leader names the follower of the rack, which serves up to its high watermark', async () => {
  nodes = await startThreeOn(root, 'jackdaw', (id) => ({
    'broker.rack': `rack-${id}`,
    'replica.selector.class': rackAware,
  }))
  const { connection, addresses } = nodes
  // Of their own: answers come in the order of questions, and a long poll must not hold up the others.
  const readers = await Promise.all(addresses.map(connect))
  await newTopic(connection, 'orders')
  await append(connection, { topic: 'orders', records: numbered(20, 'order') })
  const { leaderId, leaderEpoch } = await until(
    async () => {
      const asked = { topics: [{ name: 'orders' }], allowAutoTopicCreation: false }
      return (await connection.call(metadata, asked)).topics[0]!.partitions[0]!
    },
    ({ isrNodes }) => isrNodes.length === 3,
  )
  const near = (leaderId % 3) + 1
  const ask = async (
    brokerId: number,
    { rackId = '', version = 12, fetchOffset = 0n, epoch = leaderEpoch, maxWaitMs = 0 },
  ) => {
    const wanted = {
      partition: 0,
      fetchOffset,
      currentLeaderEpoch: epoch,
      partitionMaxBytes: 1 << 20,
    }
    const { responses } = await readers[brokerId - 1]!.call(
      fetch,
      {
        maxWaitMs,
        minBytes: 1,
        isolationLevel: 0,
        sessionId: 0,
        sessionEpoch: -1,
        topics: [{ topic: 'orders', partitions: [wanted] }],
        forgottenTopicsData: [],
        rackId,
      },
      { version },
    )
    const { errorCode, highWatermark, preferredReadReplica, records } = responses[0]!.partitions[0]!
    const error = errorName(errorCode)
    return { error, highWatermark, preferredReadReplica, size: records?.length ?? 0 }
  }
  // What is asked for must be there; before it is, the leader answers itself.
  const sent = await until(
    () => ask(leaderId, { rackId: `rack-${near}` }),
    ({ preferredReadReplica }) => preferredReadReplica >= 0,
  )
  expect(sent).toEqual({ error: 'NONE', highWatermark: 20n, preferredReadReplica: near, size: 0 })
  const own = await ask(leaderId, { rackId: `rack-${leaderId}` })
  expect(own).toMatchObject({ error: 'NONE', preferredReadReplica: -1 })
  expect(await ask(leaderId, {})).toEqual(own)
  expect(await ask(leaderId, { rackId: 'elsewhere' })).toEqual(own)
  // The follower has the records and hears soon that they are safe.
  const served = await until(
    () => ask(near, { rackId: `rack-${near}` }),
    ({ highWatermark }) => highWatermark === 20n,
  )
  expect(served).toEqual(own)
  const refusals = [
    await ask(near, { version: 10 }),
    await ask(near, { epoch: leaderEpoch + 1 }),
    await ask(near, { fetchOffset: 21n }),
  ]
  expect(refusals.map(({ error }) => error)).toEqual([
    'NOT_LEADER_OR_FOLLOWER',
    'UNKNOWN_LEADER_EPOCH',
    'OFFSET_OUT_OF_RANGE',
  ])
  // A long poll at the follower ends when it hears of more.
  const waiting = ask(near, { fetchOffset: 20n, maxWaitMs: 60_000 })
  await append(connection, { topic: 'orders', records: numbered(1, 'late') })
  expect(await waiting).toMatchObject({ error: 'NONE', highWatermark: 21n })
  for (const each of readers) each.close()

  const rack = `client.rack=rack-${near}`
  const bootstrap = addresses.join(',')
  const consumed = await run(
    jackdawCommand('console-consumer', [
      ...['--bootstrap-server', bootstrap, '--topic', 'orders', '--from-beginning'],
      ...['--max-messages', '21', '--timeout-ms', '30000', '--consumer-property', rack],
    ])!,
    { timeoutMs: 60_000 },
  )
  expect(consumed.stdout.toString().match(/^(order|late)-/gm)).toHaveLength(21)
  if (which('kcat') === null) return
  const kcat = await run(
    {
      command: 'kcat',
      args: [
        '-b',
        bootstrap,
        '-C',
        '-t',
        'orders',
        '-e',
        '-X',
        rack,
        '-d',
        'fetch',
        '-o',
        'beginning',
      ],
    },
    { timeoutMs: 60_000 },
  )
  expect(kcat.stdout.toString().match(/^(order|late)-/gm)).toHaveLength(21)
  // Where librdkafka went, it says itself: all records came from the follower.
  expect(kcat.stderr.toString()).toMatch(new RegExp(`/${near}: Enqueue 21 message`))
}, 180_000)
