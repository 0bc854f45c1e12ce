/** How far followers are behind: asked of them as Kafka's debugging consumer does, of ours and of Apache Kafka's, and told by status. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { apache } from '../support/apache.ts'
import { settled, until } from '../support/asking.ts'
import { connect, type Kind } from '../support/one-broker.ts'
import { startThreeOn, type ThreeNodes } from '../support/three-nodes.ts'
import { newSession } from './session.ts'

const had = apache()
const kinds: Kind[] = had.ok ? ['jackdaw', 'apache'] : ['jackdaw']

test.each(kinds)(
  `%s: a follower tells where its log ends, to a debugging consumer alone${had.ok ? '' : ` (without Apache Kafka: ${had.reason})`}`,
  { timeout: 200_000 },
  async (kind) => {
    const root = mkdtempSync(join(tmpdir(), 'jackdaw-follower-'))
    let nodes: ThreeNodes | undefined
    try {
      nodes = await startThreeOn(root, kind)
      await writeThree(nodes)
      const [none, leader, follower] = await Promise.all(nodes.addresses.map(asking))
      const debugging = -2
      expect(await leader!(debugging)).toEqual(['NONE', 3n])
      await until(
        () => follower!(debugging),
        ([, offset]) => offset === 3n,
      )
      expect(await follower!(-1)).toEqual(['NOT_LEADER_OR_FOLLOWER', -1n])
      expect(await none!(debugging)).toEqual(['NOT_LEADER_OR_FOLLOWER', -1n])
    } finally {
      await nodes?.kill()
      rmSync(root, { recursive: true, force: true })
    }
  },
)

/** Led by 2, followed by 3; broker 1 has nothing to do with it. */
async function writeThree({ connection }: ThreeNodes): Promise<void> {
  const assignments = [{ partitionIndex: 0, brokerIds: [2, 3] }]
  const topic = { name: 'kept', numPartitions: -1, replicationFactor: -1, assignments, configs: [] }
  await connection.call(createTopics, { topics: [topic], timeoutMs: 30_000, validateOnly: false })
  const record = { timestamp: 1n, key: null, value: Buffer.from('x'), headers: [] }
  const partitionData = [{ index: 0, records: encodeBatch({}, [record, record, record]) }]
  const topicData = [{ name: 'kept', partitionData }]
  await settled(
    () =>
      connection.call(
        produce,
        { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData },
        { version: 12 },
      ),
    ({ responses }) => responses[0]!.partitionResponses.map(({ errorCode }) => errorCode),
  )
}

const asking = async (address: string) => async (replicaId: number) => {
  const connection = await connect(address)
  try {
    const { topics } = await connection.call(listOffsets, {
      replicaId,
      isolationLevel: 0,
      topics: [{ name: 'kept', partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
    })
    const { errorCode, offset } = topics[0]!.partitions[0]!
    return [errorName(errorCode), offset] as const
  } finally {
    connection.close()
  }
}

test('status tells by how many records a broker lags that catches up slowly', async () => {
  const records = 400_000
  const session = newSession()
  const { sh } = session
  type Third = Record<'behind' | 'lag' | 'metadataLag', number | null>
  const third = (seen: (broker: Third) => boolean) =>
    session.until('jackdaw status --json', (said) => seen(JSON.parse(said).health.brokers[2]))
  const isLevel = ({ behind, lag, metadataLag }: Third) =>
    behind === 0 && lag === 0 && metadataLag === 0
  try {
    await sh('jackdaw start --brokers 3')
    await sh('topics --create --topic kept --replica-assignment 1:2:3')
    await sh('topics --create --topic other --replica-assignment 1:3')
    await sh('seq 100 | console-producer --topic kept')
    await third(isLevel)

    await sh('jackdaw stop 3')
    await third(({ behind, lag }) => behind === 2 && lag === null)
    await sh(`seq ${records} | console-producer --topic kept`)
    // After a first fetch, of one megabyte, nothing more comes for many seconds.
    const slow = 'follower.replication.throttled.rate=1'
    await sh(`configs --alter --entity-type brokers --entity-default --add-config ${slow}`)
    const alter = 'configs --alter --entity-type topics --entity-name kept'
    await sh(`${alter} --add-config 'follower.replication.throttled.replicas=*'`)
    await sh('jackdaw start 3')
    const isOnTheWay = ({ behind, lag }: Third) =>
      behind === 1 && lag !== null && lag > 0 && lag < records
    const { health } = JSON.parse(await third(isOnTheWay))
    const [, , { lag, lagging }] = health.brokers
    expect(lagging).toEqual([{ topic: 'kept', partition: 0, lag }])
    await session.until('jackdaw status', (table) =>
      /^ *3 +running +0 +2 +1 +[1-9]\d+ /m.test(table),
    )

    await sh(`${alter} --delete-config follower.replication.throttled.replicas`)
    await third(isLevel)
  } finally {
    await session.end()
  }
}, 300_000)
