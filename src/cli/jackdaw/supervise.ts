import { supervise } from '../../cluster/supervise.ts'
import type { Context } from './context.ts'

/** What `start --restart` runs in the background, one process a broker. Its words stand in the broker's log, as lines like the broker's own. */
export function superviseBroker(
  { machine, host, home }: Context,
  id: string,
  { override = [] }: { override?: readonly string[] },
): Promise<void> {
  const say = (msg: string) => {
    const time = new Date(machine.clock.now()).toISOString()
    machine.stdout.write(`${JSON.stringify({ level: 'warn', time, node: Number(id), msg })}\n`)
  }
  return supervise(host, home, { id: Number(id), overrides: override, pid: process.pid, say })
}
