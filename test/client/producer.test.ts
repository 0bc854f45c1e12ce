import { describe, expect, test } from 'vitest'
import type { DeliveryFailure, ProducerOptions } from '../../src/client/producer/settings.ts'
import { Producer } from '../../src/client/producer.ts'
import { SeededRandom } from '../sim/random.ts'
import { type Fault, ScriptedCluster } from './support/scripted-cluster.ts'
import { pass, play } from './support/time.ts'

/** A fault for the requests with these numbers, counted from 0 over all brokers. */
function faults(script: { [request: number]: Fault }): () => Fault | null {
  let request = 0
  return () => script[request++] ?? null
}

async function begin(
  cluster: ScriptedCluster,
  options: ProducerOptions = {},
  client: { requestTimeoutMs?: number } = {},
) {
  const failures: DeliveryFailure[] = []
  const producer = new Producer(
    { ...cluster.options(), ...client },
    { lingerMs: 0, batchSize: 200, onFailure: (each) => failures.push(each), ...options },
  )
  const topic = await play(cluster.clock, producer.topic('t'))
  return { producer, topic, failures }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `record ${i}`)

describe('what goes wrong on the way changes neither order nor number of the records', () => {
  const cases: { why: string; script: { [request: number]: Fault } }[] = [
    { why: 'nothing goes wrong', script: {} },
    { why: 'the first request is lost with its connection', script: { 0: { kind: 'drop' } } },
    { why: 'a request in the middle is lost', script: { 3: { kind: 'drop' } } },
    { why: 'the answer to the first is lost', script: { 0: { kind: 'lose-answer' } } },
    { why: 'the answer to one in the middle is lost', script: { 4: { kind: 'lose-answer' } } },
    { why: 'an answer never comes', script: { 2: { kind: 'silence' } } },
    {
      why: 'the leader is overloaded twice',
      script: {
        2: { kind: 'error', error: 'REQUEST_TIMED_OUT' },
        5: { kind: 'error', error: 'NOT_ENOUGH_REPLICAS' },
      },
    },
    {
      why: 'the leader does not know that it leads',
      script: { 1: { kind: 'error', error: 'NOT_LEADER_OR_FOLLOWER' } },
    },
    {
      why: 'the topic seems to be gone for a moment',
      script: { 1: { kind: 'error', error: 'UNKNOWN_TOPIC_OR_PARTITION' } },
    },
    {
      why: 'batches come broken',
      script: { 1: { kind: 'error', error: 'CORRUPT_MESSAGE' }, 6: { kind: 'drop' } },
    },
  ]
  test.each(cases)('$why', async ({ script }) => {
    const cluster = await ScriptedCluster.start(1)
    const [partition] = cluster.addTopic('t', [1])
    cluster.produceFault = faults(script)
    const { producer, topic, failures } = await begin(cluster)
    const values = numbered(200)
    for (const value of values) topic.append(1, null, Buffer.from(value))
    await play(cluster.clock, producer.close())
    expect(failures).toEqual([])
    expect(partition!.values).toEqual(values)
  })

  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'leaders move, connections break, answers are lost or late (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed)
      const cluster = await ScriptedCluster.start(3)
      const partitions = cluster.addTopic('t', [1, 2, 3])
      let trouble = 60
      cluster.produceFault = () => {
        if (trouble-- < 0 || !random.chance(0.4)) return null
        if (random.chance(0.3)) cluster.move('t', random.below(3), 1 + random.below(3))
        return random.pick<Fault>([
          { kind: 'drop' },
          { kind: 'lose-answer' },
          { kind: 'silence' },
          { kind: 'error', error: 'NOT_LEADER_OR_FOLLOWER' },
          { kind: 'error', error: 'REQUEST_TIMED_OUT' },
        ])
      }
      const { producer, topic, failures } = await begin(
        cluster,
        { deliveryTimeoutMs: 3_600_000 },
        { requestTimeoutMs: 1000 },
      )
      const sent: string[][] = [[], [], []]
      for (let i = 0; i < 600; i++) {
        const to = random.below(3)
        sent[to]!.push(`${i}`)
        topic.append(1, null, Buffer.from(`${i}`), [], to)
        if (random.chance(0.1)) await pass(cluster.clock, 5)
      }
      await play(cluster.clock, producer.close())
      expect(failures).toEqual([])
      expect(partitions.map(({ values }) => values)).toEqual(sent)
    },
  )
})
