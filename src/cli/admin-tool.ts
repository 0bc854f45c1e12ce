import type { Cluster } from '../client/cluster.ts'
import { withCluster } from './admin.ts'
import type { Machine } from './machine.ts'
import { requireOptions } from './options/checks.ts'
import type { ToolDeclaration } from './options/declare.ts'
import { isVersionAlone } from './options/early.ts'
import type { Options } from './options/options.ts'
import { parse } from './options/parse.ts'
import { chosenForm, type Form } from './output/form.ts'
import { findServer } from './server.ts'
import { isTold, traced } from './tell.ts'
import type { Tool } from './tool.ts'

export type Act = (at: {
  options: Options
  cluster: Cluster
  machine: Machine
  form: Form
}) => Promise<void>

/**
 * A tool that has one thing to do at a cluster, and whose failures, from the command line's to the cluster's, are told as an
 * exception: most of Kafka's smaller tools are so.
 */
export function adminTool(
  declaration: ToolDeclaration,
  {
    required = [],
    act,
    failure = (error) => error,
  }: {
    required?: readonly string[]
    act: Act
    /** What the tool tells of, where it is not the error itself. */
    failure?: (error: unknown) => unknown
  },
): Tool {
  const run = async (machine: Machine): Promise<number> => {
    const options = parse(machine.argv, declaration.options)
    if (isVersionAlone(options, declaration, machine)) return 0
    const server = await findServer(options, machine)
    if (server.kind === 'none') requireOptions(options, 'bootstrap-server')
    requireOptions(options, ...required)
    const form = chosenForm(options, machine)
    const { name: tool } = declaration
    await withCluster(options, { tool, server, machine }, (cluster, quiet) =>
      act({ options, cluster, machine: quiet, form }),
    )
    return 0
  }
  return {
    declaration,
    run: (machine) =>
      run(machine).catch((error) => {
        throw isTold(error) ? error : traced(failure(error))
      }),
  }
}
