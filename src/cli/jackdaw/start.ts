import { brokerIds, type Card, ClusterError, statusOf } from '../../cluster/brokers.ts'
import { brokersMax } from '../../cluster/properties.ts'
import { startBrokers } from '../../cluster/start.ts'
import type { Context } from './context.ts'
import { chosen } from './ids.ts'

export interface StartOptions {
  readonly override?: readonly string[]
  /** How many brokers a new cluster gets. */
  readonly brokers?: string
  /** Whoever crashes is started again. */
  readonly restart?: boolean
}

/** Starts the brokers that do not run (all of them, or those that are named), and says where they are. */
export async function start(
  { machine, host, home }: Context,
  { override = [], brokers, restart = false }: StartOptions,
  named: readonly string[] = [],
): Promise<void> {
  const before = new Set(
    statusOf(host, home)
      .filter(({ state }) => state === 'running')
      .map(({ id }) => id),
  )
  const known = brokerIds(host, home)
  const all = known.length === 0 ? fresh(brokers) : known
  if (brokers !== undefined && all.length !== Number(brokers)) {
    throw new ClusterError(
      `--brokers ${brokers}: the cluster in ${home.root} has ${all.length} ${all.length === 1 ? 'broker' : 'brokers'}; another --home gives you a new one`,
    )
  }
  const cards = await startBrokers(host, home, {
    all,
    ids: chosen(all, named),
    overrides: override,
    restart,
  })
  for (const card of cards) machine.stdout.write(`${introduction(card, before.has(card.id))}\n`)
}

function fresh(brokers = '1'): number[] {
  const count = Number(brokers)
  if (!Number.isInteger(count) || count < 1 || count > brokersMax) {
    throw new ClusterError(
      `--brokers takes a whole number from 1 to ${brokersMax}, not "${brokers}"`,
    )
  }
  return Array.from({ length: count }, (_, index) => index + 1)
}

export function introduction({ id, pid, address, socket }: Card, before: boolean): string {
  const where = [address, socket].filter((each) => each !== '').join(' and ')
  return `broker ${id} ${before ? 'runs already' : 'runs'} on ${where} (process ${pid})`
}
