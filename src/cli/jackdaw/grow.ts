/** Brokers that come to a cluster that is there, and go from it for good. */
import { parseProperties } from '../../base/properties.ts'
import type { TopicDescription } from '../../client/admin/describe-topics.ts'
import { Admin } from '../../client/admin.ts'
import { brokerIds, ClusterError, statusOf, stopBrokers } from '../../cluster/brokers.ts'
import { dataPath, logPath, propertiesPath, socketPath } from '../../cluster/home.ts'
import { brokersMax, propertiesText } from '../../cluster/properties.ts'
import { startBrokers, withHome } from '../../cluster/start.ts'
import type { Context } from './context.ts'
import { mayLoseCopy, moreCopies, planCopies } from './copies.ts'
import { settleVoters } from './electorate.ts'
import { chosen } from './ids.ts'
import { introduction } from './start.ts'

/** A new broker: it stores what new topics give it, and votes in the quorum where that makes it outlive more. */
export async function addBroker(context: Context): Promise<void> {
  const { machine, host, home } = context
  const known = brokerIds(host, home)
  const first = known[0]
  if (first === undefined)
    throw new ClusterError('there is no cluster yet; "jackdaw start" makes one')
  const id = known.at(-1)! + 1
  if (id > brokersMax) throw new ClusterError(`a cluster has at most ${brokersMax} brokers`)
  if (!statusOf(host, home).some(({ state }) => state === 'running')) {
    throw new ClusterError('no broker runs; "jackdaw start" first')
  }
  await withHome(host, home, () => {
    const settings = settingsOf(context, first)
    const clusterId = settings.get('jackdaw.cluster.id') ?? runningClusterId(context)
    const dataDirectory = dataPath(home, id)
    const brokers = known.length + 1
    const text = propertiesText({ id, dataDirectory, clusterId, brokers })
    host.disk.replaceFile(propertiesPath(home, id), Buffer.from(text))
  })
  const cards = await startBrokers(host, home, { all: [...known, id], ids: [id] })
  for (const card of cards) machine.stdout.write(`${introduction(card, false)}\n`)
  const admin = new Admin({ bootstrap: running(context) })
  try {
    const { voters, changed } = await settleVoters(admin.cluster, {
      controllers: controllersOf(context),
    })
    if (changed) machine.stdout.write(`brokers ${voters.join(', ')} vote in the metadata quorum\n`)
    const { nodes } = await admin.describeCluster()
    const brokers = nodes.map((node) => node.id)
    machine.stderr.write(
      `new topics and partitions use broker ${id} at once; what is there stays where it is until it is reassigned:\n` +
        `reassign-partitions --generate --topics-to-move-json-file FILE --broker-list ${brokers.join(',')} makes a plan of it\n`,
    )
    machine.stderr.write(planCopies(context, moreCopies(await describeAll(admin), brokers)))
  } finally {
    admin.close()
  }
}

/** A broker goes for good: what it holds moves to the others first. */
export async function removeBroker(context: Context, named: string): Promise<void> {
  const { machine, host, home } = context
  const [id] = chosen(brokerIds(host, home), [named]) as [number]
  const bootstrap = running(context).filter(({ path }) => path !== cardSocket(context, id))
  if (bootstrap.length === 0) throw new ClusterError('no other broker runs')
  const admin = new Admin({ bootstrap })
  try {
    const moved = await moveAway(context, admin, id)
    if (moved > 0) machine.stdout.write(`${moved} partitions moved away from broker ${id}\n`)
    const { voters, changed } = await settleVoters(admin.cluster, {
      controllers: controllersOf(context),
      leaving: id,
    })
    if (changed) machine.stdout.write(`brokers ${voters.join(', ')} vote in the metadata quorum\n`)
    await withHome(host, home, () => stopBrokers(host, home, [id]))
    await admin.unregisterBroker(id)
  } finally {
    admin.close()
  }
  host.disk.remove(propertiesPath(home, id))
  host.disk.remove(socketPath(home, id))
  host.disk.remove(logPath(home, id))
  host.disk.removeTree(dataPath(home, id))
  machine.stdout.write(`broker ${id} removed\n`)
}

const moveTimeoutMs = 300_000
const pollMs = 100

async function moveAway({ host }: Context, admin: Admin, id: number): Promise<number> {
  const { nodes } = await admin.describeCluster()
  const others = nodes.map((node) => node.id).filter((each) => each !== id)
  const targets = replacements(await describeAll(admin), { id, others })
  await admin.reassign(targets)
  const deadline = host.clock.monotonic() + moveTimeoutMs
  while ((await describeAll(admin)).some((topic) => holds(topic, id))) {
    if (host.clock.monotonic() > deadline) {
      throw new ClusterError(
        `the replicas of broker ${id} did not all move within ${moveTimeoutMs / 1000} s`,
      )
    }
    await new Promise((resolve) =>
      host.clock.schedule(pollMs, () => resolve(null), { keepAlive: true }),
    )
  }
  return targets.length
}

const holds = ({ partitions }: TopicDescription, id: number): boolean =>
  partitions.some(({ replicas }) => replicas.includes(id))

async function describeAll(admin: Admin): Promise<TopicDescription[]> {
  const names = (await admin.topics()).map(({ name }) => name)
  const described = await admin.describeTopics(names)
  return [...described.values()].flatMap((each) => (each.ok ? [each.value] : []))
}

export interface Move {
  readonly topic: string
  readonly partition: number
  readonly replicas: readonly number[]
}

/**
 * In place of the broker, in every partition that it holds, the one of the others that holds least. How many copies a topic has is for
 * whoever made it to say; those of the coordinators have as many as there are brokers for them.
 */
export function replacements(
  topics: readonly TopicDescription[],
  { id, others }: { id: number; others: readonly number[] },
): Move[] {
  const load = new Map(others.map((each) => [each, 0]))
  for (const { partitions } of topics) {
    for (const { replicas } of partitions) {
      for (const each of replicas) if (load.has(each)) load.set(each, load.get(each)! + 1)
    }
  }
  return topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ partition, replicas }) => {
      if (!replicas.includes(id)) return []
      const free = others.filter((each) => !replicas.includes(each))
      const least = free.sort((a, b) => load.get(a)! - load.get(b)! || a - b)[0]
      if (least === undefined && mayLoseCopy(name) && replicas.length > 1) {
        return [{ topic: name, partition, replicas: replicas.filter((each) => each !== id) }]
      }
      if (least === undefined) {
        throw new ClusterError(
          `${name}-${partition} has a replica on every broker: without broker ${id} there is no place for ${replicas.length}`,
        )
      }
      load.set(least, load.get(least)! + 1)
      return [
        { topic: name, partition, replicas: replicas.map((each) => (each === id ? least : each)) },
      ]
    }),
  )
}

function settingsOf({ host, home }: Context, id: number): Map<string, string> {
  const text = Buffer.from(host.disk.readFile(propertiesPath(home, id))).toString()
  return new Map(parseProperties(text))
}

function running({ host, home }: Context): { path: string }[] {
  return statusOf(host, home).flatMap(({ state, card }) =>
    state === 'running' ? [{ path: card!.socket }] : [],
  )
}

const cardSocket = ({ host, home }: Context, id: number): string | undefined =>
  statusOf(host, home).find((each) => each.id === id)?.card?.socket

/** Brokers that run and may vote; one of an older home may be a broker alone. */
function controllersOf(context: Context): number[] {
  return statusOf(context.host, context.home).flatMap(({ id, state }) => {
    const roles = settingsOf(context, id).get('process.roles') ?? 'broker,controller'
    return state === 'running' && roles.includes('controller') ? [id] : []
  })
}

function runningClusterId({ host, home }: Context): string {
  const card = statusOf(host, home).find((each) => each.card !== null)?.card
  if (card === undefined || card === null) throw new ClusterError('no broker runs')
  return card.clusterId
}
