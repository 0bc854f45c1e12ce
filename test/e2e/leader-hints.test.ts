/** Who asks the wrong broker is told which one is right, and where it listens (KIP-951): by ours as by Apache Kafka's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { apache } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { connect, type Kind } from '../support/one-broker.ts'
import { startThreeOn, type ThreeNodes } from '../support/three-nodes.ts'

let root: string
let nodes: ThreeNodes | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-hints-'))
})
afterEach(async () => {
  await nodes?.kill()
  rmSync(root, { recursive: true, force: true })
})

const had = apache()
const record = { timestamp: 1n, key: null, value: Buffer.from('refused'), headers: [] }
const kinds: Kind[] = had.ok ? ['jackdaw', 'apache'] : ['jackdaw']

test.each(kinds)(
  `%s${had.ok ? '' : ` (without Apache Kafka: ${had.reason})`}`,
  async (kind) => {
    nodes = await startThreeOn(root, kind)
    // Led by 2, followed by 3; broker 1 has nothing to do with it.
    const assignments = [{ partitionIndex: 0, brokerIds: [2, 3] }]
    const topic = { name: 'hints', numPartitions: -1, replicationFactor: -1, assignments }
    const request = { topics: [{ ...topic, configs: [] }], timeoutMs: 30_000, validateOnly: false }
    await nodes.connection.call(createTopics, request)
    for (const id of [1, 3]) {
      const connection = await connect(nodes.addresses[id - 1]!)
      try {
        const asked = { topics: [{ name: 'hints' }], allowAutoTopicCreation: false }
        const known = await until(
          () => connection.call(metadata, asked),
          ({ topics }) => topics[0]?.partitions[0]?.leaderId === 2,
        )
        const [{ topicId, partitions }] = known.topics as [(typeof known.topics)[number]]
        const { leaderEpoch } = partitions[0]!
        const [host, port] = nodes.addresses[1]!.split(':')
        const places = [{ nodeId: 2, host, port: Number(port), rack: null }]
        const leader = { leaderId: 2, leaderEpoch }

        const partitionData = [{ index: 0, records: encodeBatch({}, [record]) }]
        const produced = await connection.call(produce, {
          transactionalId: null,
          acks: -1,
          timeoutMs: 1000,
          topicData: [{ name: 'hints', topicId, partitionData }],
        })
        const [written] = produced.responses[0]!.partitionResponses
        expect(errorName(written!.errorCode)).toBe('NOT_LEADER_OR_FOLLOWER')
        expect(written!.currentLeader).toEqual(leader)
        expect(produced.nodeEndpoints).toEqual(places)

        // A follower serves consumers itself.
        if (id === 3) continue
        const partition = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }
        const fetched = await connection.call(fetch, {
          maxWaitMs: 0,
          minBytes: 0,
          isolationLevel: 0,
          topics: [{ topic: 'hints', topicId, partitions: [partition] }],
          forgottenTopicsData: [],
        })
        const [read] = fetched.responses[0]!.partitions
        expect(errorName(read!.errorCode)).toBe('NOT_LEADER_OR_FOLLOWER')
        expect(read!.currentLeader).toEqual(leader)
        expect(fetched.nodeEndpoints).toEqual(places)
      } finally {
        connection.close()
      }
    }
  },
  200_000,
)
