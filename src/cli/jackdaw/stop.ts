import { brokerIds, isSupervised, statusOf, stopBrokers } from '../../cluster/brokers.ts'
import type { Context } from './context.ts'
import { chosen } from './ids.ts'
import { start } from './start.ts'

export async function stop(context: Context, named: readonly string[] = []): Promise<void> {
  const { machine, host, home } = context
  const stopped = await stopBrokers(host, home, chosen(brokerIds(host, home), named))
  machine.stdout.write(
    stopped.length === 0
      ? `no broker runs in ${home.root}\n`
      : stopped.map((id) => `broker ${id} stopped\n`).join(''),
  )
}

/** Only what ran is started again. */
export async function restart(context: Context): Promise<void> {
  const { host, home } = context
  const running = statusOf(host, home).filter(({ state }) => state !== 'stopped')
  const ids = running.map(({ id }) => id)
  const supervised = ids.filter((id) => isSupervised(host, home, id))
  await stopBrokers(host, home, ids)
  const plain = ids.filter((id) => !supervised.includes(id))
  // All at once: one of three alone has no quorum to start with.
  await Promise.all([
    ...(plain.length > 0 ? [start(context, {}, plain.map(String))] : []),
    ...(supervised.length > 0 ? [start(context, { restart: true }, supervised.map(String))] : []),
  ])
}
