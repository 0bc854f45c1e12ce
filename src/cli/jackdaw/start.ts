import type { Card } from '../../broker/card.ts'
import { type BrokerStatus, brokerIds, startBrokers, statusOf } from '../../cluster/brokers.ts'
import type { Context } from './context.ts'

/** Starts the brokers of the home that do not run, and says where they are. */
export async function start(
  { machine, host, home }: Context,
  { override = [] }: { override?: readonly string[] },
): Promise<void> {
  const before = runningIds(statusOf(host, home))
  const known = brokerIds(host, home)
  const cards = await startBrokers(host, home, known.length === 0 ? [1] : known, override)
  for (const card of cards) machine.stdout.write(`${introduction(card, before.has(card.id))}\n`)
}

const runningIds = (brokers: readonly BrokerStatus[]): ReadonlySet<number> =>
  new Set(brokers.filter(({ state }) => state === 'running').map(({ id }) => id))

function introduction({ id, pid, address, socket }: Card, before: boolean): string {
  const where = [address, socket].filter((each) => each !== '').join(' and ')
  return `broker ${id} ${before ? 'runs already' : 'runs'} on ${where} (process ${pid})`
}
