/** Three brokers with nothing that goes wrong but what a test does to them, and the topic that they all have. */
import { topic } from './topics.ts'
import { ClusterWorld } from './world.ts'

export const soonMs = 60_000

/** They are up. */
export async function threeBrokers(options: {
  seed: number
  directories?: number
}): Promise<ClusterWorld> {
  const world = new ClusterWorld({ ...options, voters: 3, others: 0, troubleMs: 0 })
  const { brokers } = world
  for (const broker of brokers) broker.start()
  await world.until(soonMs, 'all come up', () => brokers.every(({ isReady }) => isReady))
  return world
}

/** Two partitions with three replicas in sync, of which two must be, and the client knows them. */
export async function withTopic(
  world: ClusterWorld,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { client } = world
  let isOpen = false
  const wanted = {
    name: topic,
    partitions: 2,
    replicationFactor: 3,
    configs: { 'min.insync.replicas': '2', ...configs },
  }
  client.admin
    .createTopics([wanted])
    .then(() => client.open(topic))
    .then(() => {
      isOpen = true
    })
  await world.until(soonMs, 'the topic is there', () => isOpen && world.inSync())
}
