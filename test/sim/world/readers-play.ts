/**
 * One seed of a group in the simulated world, real consumers of either protocol over whole brokers: coordinators and leaders die,
 * members come, leave, die and stand still. Every record is read, nobody begins before what was committed, and the group settles.
 */
import type { ConsumerOptions } from '../../../src/client/consumer/settings.ts'
import { ensure } from './history.ts'
import { LedgerWorld, soonMs } from './ledger-world.ts'
import { faultOf } from './play.ts'
import { Ledger, Reader } from './reader.ts'
import { topic } from './topics.ts'

const partitionCount = 6
const instanceIds = ['a', 'b', 'c', 'd']
const everyMs = 1200
const restartMs = 500
const askEveryMs = 200
const groupId = 'readers'

const classic = (...assignors: string[]): ConsumerOptions => ({
  groupProtocol: 'classic',
  assignors,
})
const ofKip848: ConsumerOptions = { groupProtocol: 'consumer' }

/** What each member that comes is, by the seed. */
const crowds: readonly (readonly ConsumerOptions[])[] = [
  [ofKip848],
  [classic('range')],
  [classic('cooperative-sticky')],
  // The group goes over from one protocol to the other, and back.
  [ofKip848, classic('range', 'cooperative-sticky')],
  [classic('roundrobin')],
  [classic('sticky')],
]
/**
 * In every third world of a kind, members are static: who comes is who went, to the group. Not where they are cooperative: one that
 * dies between giving back and joining again is replaced without a rebalance, and what it gave back is nobody's, with Kafka too.
 */
const isStatic = (seed: number, kinds: readonly ConsumerOptions[]) =>
  Math.floor(seed / crowds.length) % 3 === 1 &&
  !kinds.some(({ assignors }) => assignors?.includes('cooperative-sticky'))

class Crowd {
  readonly ledger = new Ledger()
  readonly world: LedgerWorld
  readonly #kinds: readonly ConsumerOptions[]
  readonly #isStatic: boolean
  members: Reader[] = []
  #left: Reader[] = []
  #count = 0
  #isOver = false

  constructor(world: LedgerWorld, seed: number) {
    this.world = world
    this.#kinds = crowds[seed % crowds.length]!
    this.#isStatic = isStatic(seed, this.#kinds)
  }

  enter(): void {
    if (this.members.length === instanceIds.length) return
    const { brokers, time, net, random } = this.world
    const taken = new Set(this.members.map(({ instanceId }) => instanceId))
    const groupInstanceId = this.#isStatic ? instanceIds.find((id) => !taken.has(id))! : null
    const reader = new Reader({
      name: `reader${++this.#count}`,
      groupId,
      consumer: { ...random.pick(this.#kinds), groupInstanceId },
      ledger: this.ledger,
      brokers: brokers.map(({ id }) => id),
      time,
      net,
      random,
    })
    this.members.push(reader)
    reader.run()
  }

  /** They come and go for a while. */
  begin(): void {
    const { time, random } = this.world
    time.after(random.number() * 2 * everyMs, () => {
      if (this.#isOver) return
      this.#happen()
      this.begin()
    })
  }

  end(): void {
    this.#isOver = true
    while (this.members.length < 2) this.enter()
  }

  #happen(): void {
    this.check()
    if (this.members.length === 0) return this.enter()
    const { random, time } = this.world
    const victim = random.pick(this.members)
    switch (random.pick(['come', 'come', 'leave', 'die', 'stand still'] as const)) {
      case 'come':
        return this.enter()
      case 'leave':
        if (this.members.length > 1) this.leave(victim)
        return
      case 'die':
        this.#kill(victim)
        return this.enter()
      case 'stand still':
        victim.machine.pause()
        time.after(random.number() * 8000, () => victim.machine.resume())
    }
  }

  leave(reader: Reader): void {
    this.members = this.members.filter((each) => each !== reader)
    this.#left.push(reader)
    reader.close()
  }

  #kill(reader: Reader): void {
    this.members = this.members.filter((each) => each !== reader)
    reader.kill()
  }

  /** Throws what went wrong in one of them. Who is refused begins anew after a while, as whoever watches over it would have it. */
  check(): void {
    for (const reader of this.members.filter(({ isRefused }) => isRefused)) {
      this.#kill(reader)
      this.world.time.after(restartMs, () => this.enter())
    }
    for (const { failure } of [...this.members, ...this.#left]) if (failure !== null) throw failure
  }

  /** Every partition is read by one of them. */
  get isSettled(): boolean {
    const owned = this.members.flatMap(({ consumer }) =>
      consumer.assignment().map(({ partition }) => partition),
    )
    return owned.length === partitionCount && new Set(owned).size === partitionCount
  }

  get isGone(): boolean {
    return this.#left.every(({ isGone }) => isGone)
  }
}

/** The sum of what the coordinator has, as it said last: it may have taken what the member that sent it never heard of. */
function committedOf({ client: { admin, machine } }: LedgerWorld): () => number {
  let total = 0
  const ask = async () => {
    const found = (await admin.groupOffsets(new Map([[groupId, null]]))).get(groupId)
    const results = found?.ok ? found.value.map(({ result }) => result) : []
    total = results.reduce((sum, result) => sum + (result.ok ? Number(result.value.offset) : 0), 0)
    machine.after(askEveryMs, ask)
  }
  void ask()
  return () => total
}

async function play(world: LedgerWorld, seed: number): Promise<void> {
  const { client, random, trouble } = world
  await world.prepare(partitionCount, () => client.open(topic))
  let isWriting = true
  const writing = () => {
    if (!isWriting) return
    client.write(random.below(partitionCount))
    client.machine.after(random.number() * 50, writing)
  }
  writing()
  const crowd = new Crowd(world, seed)
  for (let i = 0; i < 3; i++) crowd.enter()
  const until = (what: string, condition: () => boolean) =>
    world.until(soonMs, what, () => {
      crowd.check()
      return condition()
    })
  await until('somebody commits', () => crowd.ledger.commits > 0)
  trouble.begin()
  crowd.begin()
  await world.run(8000)
  trouble.end()
  crowd.end()
  isWriting = false
  await until('all is acknowledged', () => client.acknowledged.size === client.written.length)
  const written = () => client.written.length
  await until('all is read', () => crowd.ledger.read.size >= written())
  await until('the group settles', () => crowd.isSettled)
  const committed = committedOf(world)
  await until('all is committed', () => committed() === written())
  for (const each of [...crowd.members]) crowd.leave(each)
  await until('all have left', () => crowd.isGone)
  ensure(crowd.ledger.read.size === written(), 'what nobody wrote was read')
  ensure(crowd.ledger.handOvers > 0, 'nobody went on where another had been')
}

/** Null if all went well; else what went wrong, and when. */
export function playReadersSeed(seed: number): Promise<string | null> {
  const world = new LedgerWorld({ seed, voters: 3, others: seed % 2, troubleMs: 0 })
  return faultOf(seed, world, play(world, seed))
}
