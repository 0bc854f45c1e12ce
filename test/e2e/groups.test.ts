/** Groups of clients that nobody here wrote: members come, go and die while records flow, and nothing is lost or read for nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { churn, hasMember, type Protocol } from '../support/churn.ts'
import { clients } from '../support/clients.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'

let jackdaw: Jackdaw | undefined
beforeAll(async () => {
  jackdaw = await startJackdaw({
    config: {
      'group.initial.rebalance.delay.ms': 0,
      'group.min.session.timeout.ms': 1000,
      'group.consumer.min.session.timeout.ms': 1000,
      'group.consumer.session.timeout.ms': 3000,
      'group.consumer.min.heartbeat.interval.ms': 100,
      'group.consumer.heartbeat.interval.ms': 200,
    },
  })
})
afterAll(() => jackdaw?.stop())

const protocols: readonly Protocol[] = ['classic', 'consumer']
const cases = clients.flatMap((client) =>
  protocols.filter((each) => hasMember(client, each)).map((protocol) => ({ client, protocol })),
)

describe('groups that change while 100,000 records flow', () => {
  test.for(cases)(
    '$client.name, $protocol',
    { timeout: 600_000 },
    async ({ client, protocol }, ctx) => {
      const prepared = client.prepare()
      if (!prepared.ok) {
        console.warn(`skipped: ${client.name}: ${prepared.reason}`)
        return ctx.skip(prepared.reason)
      }
      const found = await churn({
        client: prepared.value,
        bootstrap: jackdaw!.bootstrap,
        name: `${client.name}-${protocol}`,
        protocol,
        count: 100_000,
      })
      expect(found.failures).toEqual([])
      expect(found.missing).toEqual([])
      expect(found.twiceWithoutCrash.slice(0, 5), found.refusals.join('\n')).toEqual([])
      expect(found.committed).toEqual(found.ends)
    },
  )
})
