import { parseBootstrap } from '../../../client/bootstrap.ts'
import { localBootstrap } from '../../../cluster/local.ts'
import type { Address } from '../../../host/net.ts'
import type { Machine } from '../../machine.ts'
import { clusterHost } from '../context.ts'
import { examine } from './examine.ts'

/** Explains an address, or the local cluster, step by step. Exit code 0: a client can work with it. */
export async function doctor(
  machine: Machine,
  bootstrap: string | undefined,
  { home }: { home?: string },
): Promise<number> {
  const addresses =
    bootstrap === undefined ? await localAddresses(machine, home) : parseBootstrap(bootstrap)
  const { colours } = await import('../../output/table.ts')
  const colour = colours(machine)
  const marks = { good: colour.green('ok'), bad: colour.red('NO') }
  let isGood = true
  for await (const finding of examine(addresses)) {
    if (finding.verdict === 'bad') isGood = false
    const advice = finding.advice === undefined ? '' : `\n    ${finding.advice}`
    machine.stdout.write(`${marks[finding.verdict]} ${finding.text}${advice}\n`)
  }
  return isGood ? 0 : 1
}

function localAddresses(machine: Machine, home: string | undefined): Promise<Address[]> {
  return localBootstrap({
    host: clusterHost,
    env: machine.env,
    home,
    autoStart: false,
    onStarting: () => {},
  })
}
