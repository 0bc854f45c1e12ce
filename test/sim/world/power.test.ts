/** `flush.messages=1` and three copies: an acknowledged record is on the medium of every broker in sync, not of its leader alone. */
import { expect, test } from 'vitest'
import { soonMs, threeBrokers, withTopic } from './three.ts'
import { topic } from './topics.ts'
import type { ClusterWorld } from './world.ts'

const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

test.each(seeds)(
  'the power fails everywhere: what was acknowledged is in the log of each follower (seed %i)',
  async (seed) => {
    const world = await threeBrokers({ seed })
    await withTopic(world, { 'flush.messages': '1' })
    const { brokers, client } = world
    const leader = leaderOf(world)
    // Its own flush is over long before theirs.
    for (const broker of brokers) broker.syncMsMax = broker === leader ? 1 : 400
    client.write(0)
    await world.until(soonMs, 'it is acknowledged', () => client.acknowledged.size === 1)
    for (const broker of brokers) broker.cutPower()
    const others = brokers.filter((broker) => broker !== leader)
    for (const broker of others) broker.start()
    await world.until(soonMs, 'both are back', () => others.every((each) => replicaOf(each)))
    for (const broker of others) expect(replicaOf(broker)!.log.logEndOffset).toBe(1n)
  },
  120_000,
)

type Broker = ClusterWorld['brokers'][number]

const replicaOf = ({ node }: Broker) => node?.replicas.get(topic, 0)
const leaderOf = ({ brokers }: ClusterWorld) =>
  brokers.find((broker) => replicaOf(broker)?.state.role === 'leading')!
