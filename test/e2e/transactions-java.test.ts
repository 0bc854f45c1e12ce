/** Java producers of three generations: before KIP-890, with its verification, and with its epochs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients } from '../support/clients.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'
import { run } from '../support/processes.ts'

const java = clients.filter(({ name }) => name.startsWith('java-client-'))
const steps = ['both', 'fenced', 'offsets', 'slow', 'many']

// A second try finds what the first one left.
let tries = 0

describe.each([1, 3])('%i brokers', (brokers) => {
  let jackdaw: Jackdaw | undefined
  beforeAll(async () => {
    const config = {
      'group.initial.rebalance.delay.ms': 0,
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
    }
    jackdaw = await startJackdaw({ config, brokers })
  })
  afterAll(() => jackdaw?.stop())

  test.for(java)('$name', { timeout: 240_000 }, async (client, ctx) => {
    const prepared = client.prepare()
    if (!prepared.ok) {
      console.warn(`skipped: ${client.name}: ${prepared.reason}`)
      return ctx.skip(prepared.reason)
    }
    const { command, args, env } = prepared.value
    const program = args.map((each) => each.replace('Client.java', 'Transactions.java'))
    const { stdout, stderr } = await run(
      {
        command,
        args: [...program, jackdaw!.bootstrap, `${client.name}-${++tries}-`],
        ...(env && { env }),
      },
      { timeoutMs: 200_000 },
    )
    expect(`${stdout}${stderr}`.trim().split('\n')).toEqual(steps.map((each) => `ok ${each}`))
  })
})
