/** A topic and batches for it, over one connection. */

import { ensureNone } from '../../src/client/result.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import type { ResponseOf } from '../../src/protocol/schema.ts'
import type { Connection } from '../../src/wire/connection.ts'

/** Most records of tests say that they are very old; without a word about retention they stay. */
export async function createTopic(
  connection: Connection,
  name: string,
  { partitions = 1, configs = {} }: { partitions?: number; configs?: Record<string, string> } = {},
): Promise<void> {
  const wanted = Object.entries({ 'retention.ms': '-1', ...configs })
  const { topics } = await connection.call(createTopics, {
    topics: [
      {
        name,
        numPartitions: partitions,
        replicationFactor: 1,
        assignments: [],
        configs: wanted.map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 30_000,
    validateOnly: false,
  })
  const [topic] = topics
  if (topic === undefined) throw new KafkaError('UNKNOWN_SERVER_ERROR', 'no answer of the topic')
  ensureNone(topic.errorCode, topic.errorMessage)
}

// The last version that names topics.
const version = 9

type Answer = ResponseOf<typeof produce>['responses'][number]['partitionResponses'][number]

/** Sends batches to partitions 0, 1, … of a topic in one request; the answers in that order. */
export async function sendBatches(
  connection: Connection,
  name: string,
  ...batches: Uint8Array[]
): Promise<Answer[]> {
  const partitionData = batches.map((records, index) => ({ index, records }))
  const { responses } = await connection.call(
    produce,
    { transactionalId: null, acks: -1, timeoutMs: 30_000, topicData: [{ name, partitionData }] },
    { version },
  )
  const answers = responses[0]!.partitionResponses
  return batches.map((_, wanted) => answers.find(({ index }) => index === wanted)!)
}
