/** A broker that is asked to stop leaves nobody waiting: its leaderships go first, and who follows the new leaders finds them at once. */
import { expect, test } from 'vitest'
import { soonMs, threeBrokers, withTopic } from './three.ts'
import { topic } from './topics.ts'

const seeds = Array.from({ length: 12 }, (_, i) => i + 1)

/** The longest that a record waited for its acknowledgement while the leader of its partition was stopped, in the world's ms. */
async function longestWait(seed: number): Promise<number> {
  const world = await threeBrokers({ seed })
  await withTopic(world)
  const { brokers, client, time } = world
  let longest = 0
  const write = async () => {
    const began = time.now
    client.write(0)
    await world.until(soonMs, 'it is acknowledged', () => {
      return client.acknowledged.size === client.written.length
    })
    longest = Math.max(longest, time.now - began)
  }
  for (let i = 0; i < 20; i++) await write()
  longest = 0
  const leader = brokers.find(({ node }) => node?.replicas.get(topic, 0)?.state.role === 'leading')!
  let isStopped = false
  leader.stop(() => {
    isStopped = true
  })
  while (!isStopped) await write()
  for (let i = 0; i < 20; i++) await write()
  return longest
}

test('who writes to a leader that stops waits for no timeout', async () => {
  const waits: number[] = []
  for (const seed of seeds) waits.push(await longestWait(seed))
  // In some worlds a client is told of the new leader before that one knows of it, and pauses once.
  expect(Math.max(...waits), waits.join()).toBeLessThan(400)
  expect(waits.filter((ms) => ms > 60).length, waits.join()).toBeLessThan(4)
}, 120_000)

test.each([{ topics: true }, { topics: false }])(
  'all that are asked to stop at once go soon, the last one without a majority to ask (topics: $topics)',
  async ({ topics }) => {
    const times: number[] = []
    for (const seed of seeds) {
      const world = await threeBrokers({ seed })
      if (topics) await withTopic(world)
      const began = world.time.now
      let left = world.brokers.length
      for (const broker of world.brokers) {
        broker.stop(() => {
          left--
        })
      }
      await world.until(soonMs, 'all have stopped', () => left === 0)
      times.push(world.time.now - began)
    }
    // Kafka's timeouts for those who hang are seconds.
    expect(Math.max(...times), times.join()).toBeLessThan(1000)
  },
  120_000,
)
