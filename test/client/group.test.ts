/** Two and three members of our own in one group, by every assignor and both protocols: who gives what back, what is kept, what is committed. */
import { describe, expect, test } from 'vitest'
import type { ConsumerOptions } from '../../src/client/consumer/settings.ts'
import { Consumer } from '../../src/client/consumer.ts'
import type { TopicPartition } from '../../src/client/topic-partition.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import { endOffset, ScriptedCluster } from './support/scripted-cluster.ts'
import { ScriptedGroups } from './support/scripted-groups.ts'
import { pass, play } from './support/time.ts'

const partitionCount = 6
const never = 1_000_000_000

type Kind = { name: string; options: ConsumerOptions; isEager: boolean }

const kinds: Kind[] = [
  ...['range', 'roundrobin', 'sticky'].map((name) => ({
    name,
    options: { assignors: [name] },
    isEager: true,
  })),
  {
    name: 'cooperative-sticky',
    options: { assignors: ['cooperative-sticky'] },
    isEager: false,
  },
  { name: 'the consumer protocol', options: { groupProtocol: 'consumer' }, isEager: false },
]

/** Polls as a program does, and writes down what it is told. */
class Reader {
  readonly consumer: Consumer
  readonly reads: string[] = []
  readonly events: { what: 'revoked' | 'assigned' | 'lost'; partitions: number[] }[] = []
  /** What stood in the coordinator's memory for a partition when it was given back, and where this reader was. */
  readonly given: { partition: number; committed: bigint | undefined; position: bigint | null }[] =
    []
  isStalled = false
  #isOver = false
  #running: Promise<void> = Promise.resolve()

  constructor(place: Place, options: ConsumerOptions) {
    this.consumer = new Consumer(place.cluster.options(++place.seeds), {
      groupId: 'g',
      autoOffsetReset: 'earliest',
      autoCommitIntervalMs: never,
      sessionTimeoutMs: 6000,
      heartbeatIntervalMs: 500,
      ...options,
    })
    const tell =
      (what: 'revoked' | 'assigned' | 'lost') => (partitions: readonly TopicPartition[]) => {
        this.events.push({ what, partitions: partitions.map(({ partition }) => partition).sort() })
        if (what !== 'revoked') return
        for (const each of partitions) {
          const committed = place.groups.committed('g', 't').get(each.partition)
          const position = this.consumer.position(each)
          this.given.push({ partition: each.partition, committed, position })
        }
      }
    const listener = {
      revoked: tell('revoked'),
      assigned: tell('assigned'),
      lost: tell('lost'),
    }
    this.consumer.subscribe({ topics: ['t'] }, listener)
    this.#running = this.#run()
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const run = await this.consumer.poll(50)
      while (run?.next()) this.reads.push(`${run.partition}: ${run.offset()}`)
    }
  }

  get partitions(): number[] {
    return this.consumer
      .assignment()
      .map(({ partition }) => partition)
      .sort()
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.consumer.wakeup()
    await this.#running
    await this.consumer.close()
  }
}

class Place {
  readonly cluster: ScriptedCluster
  readonly groups: ScriptedGroups
  readonly readers: Reader[] = []
  seeds = 0

  constructor(cluster: ScriptedCluster) {
    this.cluster = cluster
    this.groups = new ScriptedGroups(cluster)
  }

  enter(options: ConsumerOptions): Reader {
    const reader = new Reader(this, options)
    this.readers.push(reader)
    return reader
  }

  append(count: number): void {
    for (const partition of this.cluster.topics.get('t')!.partitions) {
      for (let i = 0; i < count; i++) {
        const fields = { baseOffset: endOffset(partition), partitionLeaderEpoch: 0 }
        partition.batches.push(encodeBatch(fields, [{ key: null, value: Buffer.from('v') }]))
      }
    }
  }

  get read(): string[] {
    return this.readers.flatMap(({ reads }) => reads)
  }

  get written(): string[] {
    return this.cluster.topics
      .get('t')!
      .partitions.flatMap((each, partition) =>
        Array.from({ length: Number(endOffset(each)) }, (_, i) => `${partition}: ${i}`),
      )
  }

  async until(holds: () => boolean): Promise<void> {
    for (let i = 0; !holds(); i++) {
      if (i > 4000) throw new Error(`not within 20 s: ${holds}`)
      await pass(this.cluster.clock, 5)
    }
  }

  /** Everybody has as many as there are for it. */
  settled(...readers: Reader[]): Promise<void> {
    return this.until(() =>
      readers.every(({ partitions }) => partitions.length === partitionCount / readers.length),
    )
  }

  close(...readers: Reader[]): Promise<void> {
    return play(
      this.cluster.clock,
      Promise.all(readers.map((each) => each.close())).then(() => {}),
    )
  }
}

async function begin(): Promise<Place> {
  const cluster = await ScriptedCluster.start(1)
  cluster.addTopic('t', Array(partitionCount).fill(1))
  return new Place(cluster)
}

const inOrder = (names: readonly string[]): string[] => [...names].sort()

describe.each(kinds)('$name', ({ options, isEager }) => {
  test('members come and go, and every record is read once, though nobody commits in between', async () => {
    const place = await begin()
    const readAll = () => place.until(() => place.read.length >= place.written.length)
    const a = place.enter(options)
    await place.settled(a)
    place.append(5)
    await readAll()
    const b = place.enter(options)
    place.append(5)
    await place.settled(a, b)
    await readAll()
    const c = place.enter(options)
    await place.settled(a, b, c)
    place.append(5)
    await readAll()
    await place.close(b)
    await place.settled(a, c)
    place.append(5)
    await readAll()
    expect(inOrder(place.read)).toEqual(inOrder(place.written))
    await place.close(a, c)
    expect([...place.groups.committed('g', 't').values()]).toEqual(Array(partitionCount).fill(20n))
    const { classic, consumer } = place.groups.groups.get('g')!
    expect((classic ?? consumer)!.members.size).toBe(0)
  })

  test(`${isEager ? 'everything is' : 'only what another one gets is'} given back, and is committed before`, async () => {
    const place = await begin()
    const a = place.enter(options)
    await place.settled(a)
    place.append(3)
    await place.until(() => place.read.length === 18)
    a.events.length = 0
    const b = place.enter(options)
    await place.settled(a, b)
    const revoked = a.events.filter(({ what }) => what === 'revoked')
    const assigned = a.events.filter(({ what }) => what === 'assigned')
    if (isEager) {
      expect(revoked).toEqual([{ what: 'revoked', partitions: [0, 1, 2, 3, 4, 5] }])
      expect(assigned).toEqual([{ what: 'assigned', partitions: a.partitions }])
    } else {
      expect(revoked).toEqual([{ what: 'revoked', partitions: b.partitions }])
      expect(assigned.flatMap(({ partitions }) => partitions)).toEqual([])
    }
    expect(a.given.map(({ committed, position }) => [committed, position])).toEqual(
      Array(isEager ? 6 : 3).fill([3n, 3n]),
    )
    expect(b.reads).toEqual([])
    await place.close(a, b)
  })

  test('who commits by itself alone has it read again by the next one', async () => {
    const place = await begin()
    const a = place.enter({ ...options, enableAutoCommit: false })
    await place.settled(a)
    place.append(2)
    await place.until(() => place.read.length === 12)
    await place.close(a)
    expect(place.groups.committed('g', 't')).toEqual(new Map())
    const b = place.enter(options)
    await place.until(() => b.reads.length === 12)
    await place.close(b)
  })

  test('a position is kept, and where partitions stay, so is their pause', async () => {
    const place = await begin()
    const a = place.enter(options)
    await place.settled(a)
    place.append(2)
    await place.until(() => place.read.length === 12)
    a.consumer.pause(a.consumer.assignment())
    place.append(2)
    const b = place.enter(options)
    await place.settled(a, b)
    await place.until(() => b.reads.length === 6)
    await pass(place.cluster.clock, 1000)
    // Who got everything anew has nothing paused.
    expect(a.reads).toHaveLength(isEager ? 18 : 12)
    if (!isEager)
      expect(a.consumer.assignment().map((each) => a.consumer.position(each))).toEqual([2n, 2n, 2n])
    a.consumer.resume(a.consumer.assignment())
    await place.until(() => place.read.length === 24)
    expect(inOrder(place.read)).toEqual(inOrder(place.written))
    await place.close(a, b)
  })

  test('who closes in the middle of joining has done with it', async () => {
    const place = await begin()
    place.groups.isSilent = (api) => api === 'JoinGroup' || api === 'ConsumerGroupHeartbeat'
    const a = place.enter(options)
    await pass(place.cluster.clock, 500)
    await place.close(a)
    place.groups.isSilent = () => false
    // Nothing is left that would keep a process from ending.
    const { clock } = place.cluster
    await pass(clock, 100_000)
    let scheduled = 0
    const schedule = clock.schedule.bind(clock)
    clock.schedule = (delayMs, run) => {
      scheduled++
      return schedule(delayMs, run)
    }
    await pass(clock, 10_000)
    expect(scheduled).toBe(0)
  })

  test('a member that has committed all that it read does not wait for a cluster that is gone', async () => {
    const place = await begin()
    const { clock, net, brokers } = place.cluster
    const ended = async (autoCommitIntervalMs: number, until: () => boolean) => {
      const a = place.enter({ ...options, autoCommitIntervalMs })
      await place.settled(a)
      place.append(2)
      await place.until(until)
      net.unreachable.add('b1:9092')
      brokers.get(1)!.dropAll()
      const begun = clock.monotonic()
      await place.close(a)
      net.unreachable.delete('b1:9092')
      return clock.monotonic() - begun
    }
    const isCommitted = () => {
      const committed = [...place.groups.committed('g', 't').values()]
      return committed.length === partitionCount && committed.every((each) => each === 2n)
    }
    expect(await ended(50, isCommitted)).toBeLessThan(2000)
    // And one that has not tries for as long as Kafka's consumer does.
    const isRead = () => place.read.length === 4 * partitionCount
    expect(await ended(never, isRead)).toBeGreaterThanOrEqual(29_000)
  })

  test('a member that was away too long is told that it lost them, and commits nothing of it', async () => {
    const place = await begin()
    const a = place.enter({ ...options, maxPollIntervalMs: 5000 })
    await place.settled(a)
    place.append(2)
    await place.until(() => place.read.length === 12)
    a.events.length = 0
    // It is stuck between two polls: its heartbeats go on until the time for polling is over.
    const poll = a.consumer.poll.bind(a.consumer)
    let goOn = () => {}
    const stuck = new Promise<void>((resolve) => {
      goOn = resolve
    })
    a.consumer.poll = async (timeoutMs) => {
      await stuck
      return poll(timeoutMs)
    }
    const b = place.enter(options)
    await place.until(() => b.partitions.length === partitionCount)
    expect(place.groups.committed('g', 't')).toEqual(new Map())
    await place.until(() => b.reads.length === 12)
    goOn()
    await place.settled(a, b)
    expect(a.events[0]).toEqual({ what: 'lost', partitions: [0, 1, 2, 3, 4, 5] })
    await place.close(a, b)
  })
})

test.each([
  { which: 'the first answer', isIt: (epoch: number) => epoch === 0 },
  { which: 'the answer that gives it something', isIt: (epoch: number) => epoch > 0 },
])('the consumer protocol: what was lost is told again: $which', async ({ isIt }) => {
  const options = { groupProtocol: 'consumer' } as const
  const place = await begin()
  const a = place.enter(options)
  await place.settled(a)
  let lost = 0
  place.groups.isLost = (api, request) => {
    if (api !== 'ConsumerGroupHeartbeat' || lost > 0) return false
    const { memberId, memberEpoch } = request as { memberId: string; memberEpoch: number }
    const members = [...place.groups.groups.get('g')!.consumer!.members.values()]
    const isNew = memberId !== members[0]!.id
    const has = members.some(({ id, assigned }) => id === memberId && assigned.size > 0)
    if (!isNew || !isIt(memberEpoch) || (memberEpoch > 0 && !has)) return false
    lost++
    return true
  }
  const b = place.enter(options)
  await place.settled(a, b)
  expect(lost).toBe(1)
  await place.close(a, b)
})
