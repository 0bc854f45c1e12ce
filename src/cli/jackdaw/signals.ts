import { brokerIds, signalPause, stopBrokers } from '../../cluster/brokers.ts'
import type { Context } from './context.ts'
import { chosen } from './ids.ts'

/** Ends brokers as a fault would: with `hard` at once (SIGKILL), else in an orderly way. */
export async function kill(
  { machine, host, home }: Context,
  named: readonly string[],
  { hard = false }: { hard?: boolean },
): Promise<void> {
  const ids = chosen(brokerIds(host, home), named)
  for (const id of await stopBrokers(host, home, ids, hard ? 'SIGKILL' : 'SIGTERM')) {
    machine.stdout.write(`broker ${id} ${hard ? 'killed' : 'stopped'}\n`)
  }
}

/** A broker that stands still is what a long pause or an overloaded machine looks like to the others. */
export function pauseBrokers(context: Context, named: readonly string[]): Promise<void> {
  return send(context, named, 'SIGSTOP')
}

export function resumeBrokers(context: Context, named: readonly string[]): Promise<void> {
  return send(context, named, 'SIGCONT')
}

const words = {
  SIGSTOP: { done: 'paused', wasSo: 'was paused already' },
  SIGCONT: { done: 'resumed', wasSo: 'was not paused' },
}

async function send(
  { machine, host, home }: Context,
  named: readonly string[],
  signal: 'SIGSTOP' | 'SIGCONT',
): Promise<void> {
  for (const id of chosen(brokerIds(host, home), named)) {
    const { done, wasSo } = words[signal]
    const isDone = await signalPause(host, home, id, signal)
    machine.stdout.write(`broker ${id} ${isDone ? done : wasSo}\n`)
  }
}
