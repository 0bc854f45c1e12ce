import {
  brokerIds,
  ClusterError,
  signalBroker,
  statusOf,
  stopBrokers,
} from '../../cluster/brokers.ts'
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
export function pauseBrokers(context: Context, named: readonly string[]): void {
  send(context, named, 'SIGSTOP', 'paused')
}

export function resumeBrokers(context: Context, named: readonly string[]): void {
  send(context, named, 'SIGCONT', 'resumed')
}

function send(
  { machine, host, home }: Context,
  named: readonly string[],
  signal: 'SIGSTOP' | 'SIGCONT',
  done: string,
): void {
  const paused = new Set(
    statusOf(host, home)
      .filter(({ state }) => state === 'paused')
      .map(({ id }) => id),
  )
  for (const id of chosen(brokerIds(host, home), named)) {
    if (!signalBroker(host, home, id, signal)) throw new ClusterError(`broker ${id} does not run`)
    const isDone = paused.has(id) === (signal === 'SIGCONT')
    const was = signal === 'SIGCONT' ? 'was not paused' : 'was paused already'
    machine.stdout.write(`broker ${id} ${isDone ? done : was}\n`)
  }
}
