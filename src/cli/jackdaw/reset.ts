import { createInterface } from 'node:readline/promises'
import { brokerIds, ClusterError, stopBrokers } from '../../cluster/brokers.ts'
import { propertiesPath, socketPath } from '../../cluster/home.ts'
import { withHome } from '../../cluster/start.ts'
import type { Context } from './context.ts'

/** Stops the brokers and removes everything that the home holds. There is no way back, hence the question. */
export async function reset(
  { machine, host, home }: Context,
  { yes = false }: { yes?: boolean },
): Promise<void> {
  if (host.disk.stat(home.root) === null) {
    machine.stdout.write(`nothing to remove: there is no ${home.root}\n`)
    return
  }
  if (brokerIds(host, home).length === 0) {
    throw new ClusterError(`${home.root} holds no broker of ours; nothing was removed`)
  }
  if (!yes && !(await agreed(machine, home.root))) {
    machine.stdout.write('nothing was removed\n')
    return
  }
  await withHome(host, home, async () => {
    const ids = brokerIds(host, home)
    await stopBrokers(host, home, ids)
    // Only what we made: somebody may have put a file of theirs beside it.
    for (const name of ['data', 'logs', 'history']) host.disk.removeTree(`${home.root}/${name}`)
    host.disk.removeTree(home.run)
    for (const id of ids) {
      // A broker that was killed leaves its socket behind.
      host.disk.remove(socketPath(home, id))
      host.disk.remove(propertiesPath(home, id))
    }
  })
  machine.stdout.write(`removed the cluster in ${home.root}\n`)
}

async function agreed({ stdin, stdout }: Context['machine'], root: string): Promise<boolean> {
  if (!stdin.isTerminal || !stdout.isTerminal) {
    throw new ClusterError(
      'reset removes all topics and groups; say --yes where nobody can be asked',
    )
  }
  const ask = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await ask.question(`Remove all topics, groups and records in ${root}? [y/N] `)
  ask.close()
  return /^y(es)?$/i.test(answer.trim())
}
