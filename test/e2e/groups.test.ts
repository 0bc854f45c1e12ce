/**
 * Groups of clients that nobody here wrote: members come, go and die while records flow, and nothing is lost or read for nothing.
 * JACKDAW_CHURN=full sends 100,000 records and moves more often, and does it again with three brokers that are killed in turn.
 */
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { until } from '../support/asking.ts'
import {
  churn,
  hasMember,
  type Move,
  manyMoves,
  movesWithKilledBrokers,
  type Protocol,
  quickMoves,
  rollingMoves,
} from '../support/churn.ts'
import { clients } from '../support/clients.ts'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { ownMember } from '../support/own-member.ts'
import { type Command, run } from '../support/processes.ts'
import type { Available } from '../support/project.ts'

const isFull = process.env.JACKDAW_CHURN === 'full'
const count = isFull ? 100_000 : 12_000

const protocols: readonly Protocol[] = ['classic', 'consumer']
type Case = {
  name: string
  protocol: Protocol
  prepare(): Promise<Available<Command>> | Available<Command>
}

/** Our own consumer stands beside those of others. */
const own = (assignors: string, protocol: Protocol): Case => ({
  name: `jackdaw-${assignors}`,
  protocol,
  prepare: async () => ({ ok: true, value: await ownMember(assignors) }),
})
const cases: Case[] = [
  own('range', 'classic'),
  own('roundrobin', 'classic'),
  own('sticky', 'classic'),
  own('cooperative-sticky', 'classic'),
  own('range', 'consumer'),
  ...clients.flatMap((client) =>
    protocols
      .filter((each) => hasMember(client, each))
      .map((protocol) => ({ name: client.name, protocol, prepare: client.prepare })),
  ),
]
/** Clients that can do both. */
const rolled = cases.filter(({ name, protocol }) => {
  const both = cases.filter((each) => each.name === name && each.protocol === 'consumer')
  return protocol === 'classic' && both.length > 0
})
// librdkafka's cooperative-sticky writes data of its own into assignments; such a group Kafka does not migrate either.
const rollingEnv = { MEMBER_STRATEGY: 'range' }

type Cluster = { brokers: number; moves: readonly Move[] }
const clusters: readonly Cluster[] = isFull
  ? [
      { brokers: 1, moves: manyMoves },
      { brokers: 3, moves: movesWithKilledBrokers },
    ]
  : [{ brokers: 1, moves: quickMoves }]

type Histories = {
  groups: { events: { at: string; event: string; memberId: string; reason: string }[] }[]
}

describe.each(clusters)(
  'groups that change while records flow, brokers: $brokers',
  ({ brokers, moves }) => {
    let jackdaw: Jackdaw | undefined
    beforeAll(async () => {
      jackdaw = await startJackdaw({
        brokers,
        config: {
          'group.initial.rebalance.delay.ms': 0,
          'group.min.session.timeout.ms': 1000,
          'group.consumer.min.session.timeout.ms': 1000,
          'group.consumer.session.timeout.ms': 6000,
          'group.consumer.min.heartbeat.interval.ms': 100,
          'group.consumer.heartbeat.interval.ms': 200,
          // Else a quick client is through before anybody but the first member has a partition.
          'group.consumer.assignment.interval.ms': 0,
          'offsets.topic.replication.factor': brokers,
          'offsets.topic.num.partitions': 8,
          'min.insync.replicas': Math.min(brokers, 2),
        },
      })
    })
    afterAll(() => jackdaw?.stop())

    const history = async (group: string, ...args: string[]) => {
      // The coordinator tells it on its unix socket alone.
      const asked = ['--bootstrap-server', jackdaw!.socket, '--history', '--group', group, ...args]
      const { stdout, stderr } = await run(jackdawCommand('consumer-groups', asked)!)
      return `${stdout}${stderr}`
    }

    /** Where a broker was killed, coordinators move back to it; a commit that is refused for that is as good as a crash. */
    const leadersAtHome = async () => {
      const asked = ['--election-type', 'preferred', '--all-topic-partitions']
      const elect = ['--bootstrap-server', jackdaw!.socket, ...asked]
      await until(
        async () => (await run(jackdawCommand('leader-election', elect)!)).code,
        (code) => code === 0,
      )
    }

    let tries = 0
    let killed = 0
    const killBroker = async () => {
      await jackdaw!.kill((killed++ % brokers) + 1)
      await jackdaw!.start()
    }

    test.for(cases)('$name, $protocol', { timeout: 600_000 }, async (each, ctx) => {
      await play(each, moves, ctx)
    })

    test.for(rolled)(
      '$name, from classic to consumer and back',
      { timeout: 600_000 },
      async (each, ctx) => {
        const name = await play(each, rollingMoves, ctx, { members: 3, env: rollingEnv })
        if (name === undefined) return
        const told = await history(name)
        expect(told).toContain('the group moves to the consumer protocol')
        expect(told).toContain('the group moves to the classic protocol')
      },
    )

    async function play(
      { name: client, protocol, prepare }: Case,
      moves: readonly Move[],
      ctx: TestContext,
      { members = 5, env = {} }: { members?: number; env?: Record<string, string> } = {},
    ): Promise<string | undefined> {
      await leadersAtHome()
      const prepared = await prepare()
      if (!prepared.ok) {
        console.warn(`skipped: ${client}: ${prepared.reason}`)
        return ctx.skip(prepared.reason)
      }
      // A second try needs a topic and a group of its own.
      const name = `${client}-${protocol}-${++tries}`
      const timedOut = async () => {
        const { groups } = JSON.parse(await history(name, '--output', 'json')) as Histories
        const lost = groups[0]!.events.filter(({ event }) => event === 'timed-out')
        return lost.map(({ at, memberId, reason }) => `${at} ${memberId}: ${reason}`)
      }
      const isStable = async () => {
        const asked = ['--bootstrap-server', jackdaw!.socket, '--describe', '--state', '--group']
        const { stdout } = await run(jackdawCommand('consumer-groups', [...asked, name])!)
        return /\bStable\b/.test(stdout.toString())
      }
      const { bootstrap } = jackdaw!
      const options = {
        client: { ...prepared.value, env: { ...prepared.value.env, ...env } },
        bootstrap,
        name,
        protocol,
        members,
        isStable,
      }
      const found = await churn({ ...options, count, moves, killBroker, timedOut }).catch(
        async (error) => {
          throw new Error(`${error.message}\n${await history(name)}`, { cause: error })
        },
      )
      expect(found.failures, found.failures.join('\n')).toEqual([])
      expect(found.missing, name).toEqual([])
      // On a machine so busy that a session of 6 s ran out, reading again is right.
      const isExcused = found.starved.length > 0
      if (isExcused) console.warn(`${name}: sessions ran out:\n${found.starved.join('\n')}`)
      const twice = isExcused ? [] : found.twiceWithoutCrash.slice(0, 5)
      const told = twice.length > 0 ? await history(name) : ''
      expect(twice, `${name}: ${found.refusals.join('\n')}\n${told}`).toEqual([])
      expect(found.committed, name).toEqual(found.ends)
      return name
    }
  },
)
