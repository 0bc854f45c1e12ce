import { brokerArguments, brokerIds, prepare } from '../../cluster/brokers.ts'
import { runBroker } from '../../cluster/run-broker.ts'
import type { Context } from './context.ts'

/** One broker in the foreground: from a file of yours, or that of the home. */
export async function broker(
  { host, home }: Context,
  { config, override = [] }: { config?: string; override?: readonly string[] },
): Promise<number> {
  if (config !== undefined) {
    return runBroker(['--config', config, ...override.flatMap((each) => ['--override', each])])
  }
  const id = brokerIds(host, home)[0] ?? 1
  prepare(host, home, [id])
  return runBroker(brokerArguments(home, id, override))
}
