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
const membersMax = 4
const everyMs = 1200

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

class Crowd {
  readonly ledger = new Ledger()
  readonly world: LedgerWorld
  readonly #kinds: readonly ConsumerOptions[]
  members: Reader[] = []
  #left: Reader[] = []
  #count = 0
  #isOver = false

  constructor(world: LedgerWorld, kinds: readonly ConsumerOptions[]) {
    this.world = world
    this.#kinds = kinds
  }

  enter(): void {
    const { brokers, time, net, random } = this.world
    const reader = new Reader({
      name: `reader${++this.#count}`,
      groupId: 'readers',
      consumer: random.pick(this.#kinds),
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
    const { random, time } = this.world
    const victim = random.pick(this.members)
    switch (random.pick(['come', 'come', 'leave', 'die', 'stand still'] as const)) {
      case 'come':
        if (this.members.length < membersMax) this.enter()
        return
      case 'leave':
        if (this.members.length > 1) this.leave(victim)
        return
      case 'die':
        this.members = this.members.filter((each) => each !== victim)
        victim.kill()
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

  /** Throws what went wrong in one of them. */
  check(): void {
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
  const crowd = new Crowd(world, crowds[seed % crowds.length]!)
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
  for (const each of [...crowd.members]) crowd.leave(each)
  await until('all have left', () => crowd.isGone)
  ensure(crowd.ledger.read.size === written(), 'what nobody wrote was read')
  const total = [...crowd.ledger.committed.values()].reduce((sum, each) => sum + each, 0n)
  ensure(Number(total) === written(), `${total} of ${written()} are committed`)
  ensure(crowd.ledger.handOvers > 0, 'nobody went on where another had been')
}

/** Null if all went well; else what went wrong, and when. */
export function playReadersSeed(seed: number): Promise<string | null> {
  const world = new LedgerWorld({ seed, voters: 3, others: seed % 2, troubleMs: 0 })
  return faultOf(seed, world, play(world, seed))
}
