/**
 * Groups of clients that nobody here wrote: members come, go and die while records flow, and nothing is lost or read for nothing.
 * JACKDAW_CHURN=full sends 100,000 records and moves more often, and does it again with three brokers that are killed in turn.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  churn,
  hasMember,
  type Move,
  manyMoves,
  movesWithKilledBrokers,
  type Protocol,
  quickMoves,
} from '../support/churn.ts'
import { clients } from '../support/clients.ts'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { run } from '../support/processes.ts'

const isFull = process.env.JACKDAW_CHURN === 'full'
const count = isFull ? 100_000 : 12_000

const protocols: readonly Protocol[] = ['classic', 'consumer']
const cases = clients.flatMap((client) =>
  protocols.filter((each) => hasMember(client, each)).map((protocol) => ({ client, protocol })),
)

type Cluster = { brokers: number; moves: readonly Move[] }
const clusters: readonly Cluster[] = isFull
  ? [
      { brokers: 1, moves: manyMoves },
      { brokers: 3, moves: movesWithKilledBrokers },
    ]
  : [{ brokers: 1, moves: quickMoves }]

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
          'group.consumer.session.timeout.ms': 3000,
          'group.consumer.min.heartbeat.interval.ms': 100,
          'group.consumer.heartbeat.interval.ms': 200,
          'offsets.topic.replication.factor': brokers,
          'offsets.topic.num.partitions': 8,
          'min.insync.replicas': Math.min(brokers, 2),
        },
      })
    })
    afterAll(() => jackdaw?.stop())

    let killed = 0
    const killBroker = async () => {
      await jackdaw!.kill((killed++ % brokers) + 1)
      await jackdaw!.start()
    }

    test.for(cases)(
      '$client.name, $protocol',
      { timeout: 600_000 },
      async ({ client, protocol }, ctx) => {
        const prepared = client.prepare()
        if (!prepared.ok) {
          console.warn(`skipped: ${client.name}: ${prepared.reason}`)
          return ctx.skip(prepared.reason)
        }
        const name = `${client.name}-${protocol}`
        const { bootstrap } = jackdaw!
        const options = { client: prepared.value, bootstrap, name, protocol }
        const found = await churn({ ...options, count, moves, killBroker }).catch(async (error) => {
          const args = ['--bootstrap-server', bootstrap, '--history', '--group', name]
          const { stdout } = await run(jackdawCommand('consumer-groups', args)!)
          throw new Error(`${error.message}\n${stdout}`, { cause: error })
        })
        expect(found.failures).toEqual([])
        expect(found.missing).toEqual([])
        expect(found.twiceWithoutCrash.slice(0, 5), found.refusals.join('\n')).toEqual([])
        expect(found.committed).toEqual(found.ends)
      },
    )
  },
)
