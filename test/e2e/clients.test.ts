/** Programs with client libraries that nobody here wrote, against our broker: over TCP, and over the unix socket where they can. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients, failures, runClient } from '../support/clients.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'

let jackdaw: Jackdaw | undefined
beforeAll(async () => {
  jackdaw = await startJackdaw({ config: { 'group.initial.rebalance.delay.ms': 0 } })
})
afterAll(() => jackdaw?.stop())

const cases = clients.flatMap((client) => [
  { client, over: 'TCP' as const },
  ...(client.unixSocket ? [{ client, over: 'the unix socket' as const }] : []),
])

describe('clients', () => {
  test.for(cases)(
    '$client.name over $over',
    { timeout: 240_000 },
    async ({ client, over }, ctx) => {
      const prepared = client.prepare()
      if (!prepared.ok) {
        console.warn(`skipped: ${client.name}: ${prepared.reason}`)
        return ctx.skip(prepared.reason)
      }
      const { bootstrap, socket } = jackdaw!
      const where = over === 'TCP' ? bootstrap : socket
      const prefix = `${client.name}-${over === 'TCP' ? 'tcp' : 'unix'}`
      const result = await runClient(client, prepared.value, where, prefix)
      expect(failures(result), result.output).toEqual([])
    },
  )
})
