/** What happens to brokers, drawn from a seed: who it is (a leader, a follower, the active controller, two at once), and what. */
import type { Admin } from '../../src/client/admin.ts'
import { describeQuorum } from '../../src/protocol/apis/describe-quorum.ts'
import type { SeededRandom } from '../sim/random.ts'
import type { Jackdaw } from '../support/jackdaw.ts'

export const victims = ['leader', 'follower', 'controller', 'two'] as const
export const deeds = ['kill', 'stop', 'pause'] as const

export interface Fault {
  readonly victim: (typeof victims)[number]
  readonly deed: (typeof deeds)[number]
}

/** Every fault once, in an order of chance, then again. */
export function* faults(random: SeededRandom): Generator<Fault> {
  const all = victims.flatMap((victim) => deeds.map((deed) => ({ victim, deed })))
  for (;;) {
    const left = [...all]
    while (left.length > 0) yield left.splice(random.below(left.length), 1)[0]!
  }
}

/** The brokers that a fault means now. */
export async function meant(
  { victim }: Fault,
  { admin, topic, random }: { admin: Admin; topic: string; random: SeededRandom },
): Promise<number[]> {
  if (victim === 'controller') return [await activeController(admin)]
  const described = await admin.describeTopics([topic])
  const result = described.get(topic)
  if (result === undefined || !result.ok) throw new Error(`${topic} cannot be described`)
  const { leader, replicas } = random.pick(result.value.partitions)
  const followers = replicas.filter((id) => id !== leader)
  switch (victim) {
    case 'leader':
      return [leader ?? replicas[0]!]
    case 'follower':
      return [random.pick(followers)]
    case 'two': {
      const spared = random.pick(replicas)
      return replicas.filter((id) => id !== spared)
    }
  }
}

async function activeController({ cluster }: Admin): Promise<number> {
  const asked = {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  }
  const connection = await cluster.any()
  const { topics } = await connection.call(describeQuorum, asked)
  return topics[0]!.partitions[0]!.leaderId
}

/** Lets it happen and, after a while, undoes it. */
export async function happen(
  { deed }: Fault,
  ids: readonly number[],
  { jackdaw, lastingMs }: { jackdaw: Jackdaw; lastingMs: number },
): Promise<void> {
  switch (deed) {
    case 'kill':
      await jackdaw.kill(...ids)
      break
    case 'stop':
      await Promise.all(ids.map((id) => jackdaw.stopBroker(id)))
      break
    case 'pause':
      await signal(jackdaw, ids, 'SIGSTOP')
      break
  }
  await new Promise((resolve) => setTimeout(resolve, lastingMs))
  if (deed === 'pause') await signal(jackdaw, ids, 'SIGCONT')
  else await jackdaw.startBrokers(...ids)
}

async function signal(jackdaw: Jackdaw, ids: readonly number[], name: NodeJS.Signals) {
  for (const { id, pid } of (await jackdaw.status()).brokers) {
    if (ids.includes(id) && pid !== null) process.kill(pid, name)
  }
}
