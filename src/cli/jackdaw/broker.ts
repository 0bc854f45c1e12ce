import { brokerIds } from '../../cluster/brokers.ts'
import { runBroker } from '../../cluster/run-broker.ts'
import { brokerArguments, prepare, withHome } from '../../cluster/start.ts'
import type { Context } from './context.ts'

const firstBroker = 1

/** One broker in the foreground: from a file of yours, or that of the home. */
export async function broker(
  { host, home }: Context,
  { config, override = [] }: { config?: string; override?: readonly string[] },
): Promise<number> {
  if (config !== undefined) {
    return runBroker(['--config', config, ...override.flatMap((each) => ['--override', each])])
  }
  const { id, usable } = await withHome(host, home, async () => {
    const id = brokerIds(host, home)[0] ?? firstBroker
    return { id, usable: await prepare(host, home, [id]) }
  })
  return runBroker(brokerArguments(host, usable, { id, overrides: override }))
}
