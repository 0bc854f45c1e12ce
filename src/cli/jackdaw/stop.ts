import { brokerIds, statusOf, stopBrokers } from '../../cluster/brokers.ts'
import type { Context } from './context.ts'
import { start } from './start.ts'

export async function stop({ machine, host, home }: Context): Promise<void> {
  const stopped = await stopBrokers(host, home, brokerIds(host, home))
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
  await stopBrokers(
    host,
    home,
    running.map(({ id }) => id),
  )
  await start(context, {})
}
