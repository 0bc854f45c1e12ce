import type { Cluster } from '../client/cluster.ts'
import { openAdmin, withAdmin } from './admin.ts'
import type { Machine } from './machine.ts'
import { parseCommand, serverMissing } from './options/argparse.ts'
import { kafkaVersion } from './options/common.ts'
import type { ToolDeclaration } from './options/declare.ts'
import { helpText } from './options/help.ts'
import type { Options } from './options/options.ts'
import { chosenForm, type Form } from './output/form.ts'
import { findServer } from './server.ts'
import type { Tool } from './tool.ts'

/** What a command answers with is the exit code, or nothing for 0. */
export type Command = (at: {
  options: Options
  machine: Machine
  form: Form
  /** Connects first; a command that needs no cluster does not call it. */
  ask: <T>(work: (cluster: Cluster, machine: Machine) => Promise<T>) => Promise<T>
}) => Promise<unknown>

/** A tool with commands, of which one is run. */
export function commandTool(
  declaration: ToolDeclaration,
  {
    commands,
    failure,
    helpCode = 0,
    version = kafkaVersion,
    configFile = (options) => options.text('command-config'),
    asksNobody = [],
  }: {
    commands: { readonly [name: string]: Command }
    /** How the tool tells what went wrong. */
    failure: (error: unknown) => unknown
    helpCode?: number
    /** What `--version` prints. */
    version?: string
    configFile?: (options: Options, machine: Machine) => string | undefined
    /** Commands for which no client is made; for the others it is there before what they were given is looked at. */
    asksNobody?: readonly string[]
  },
): Tool {
  const run = async (machine: Machine): Promise<number> => {
    const { command, options } = parseCommand(machine.argv, declaration)
    if (options.has('help')) {
      machine.stdout.write(`${declaration.summary}\n${helpText(declaration)}`)
      return helpCode
    }
    if (options.has('version')) {
      machine.stdout.write(`${version}\n`)
      return 0
    }
    const open = async () => {
      const server = await findServer(options, machine)
      if (server.kind === 'none') throw serverMissing(declaration, command)
      const file = configFile(options, machine)
      return openAdmin(options, { tool: declaration.name, server, machine, file })
    }
    // An address that is none is told before a command that makes no sense there; a local cluster is not started for one.
    const isNamed = options.has('bootstrap-server') || options.has('bootstrap-controller')
    const opened = isNamed && !asksNobody.includes(command!) ? await open() : null
    const ask = async <T>(work: (cluster: Cluster, machine: Machine) => Promise<T>) =>
      withAdmin(opened ?? (await open()), machine, work)
    const form = chosenForm(options, machine)
    const code = await commands[command!]!({ options, machine, form, ask })
    return typeof code === 'number' ? code : 0
  }
  return {
    declaration,
    run: (machine) =>
      run(machine).catch((error) => {
        throw failure(error)
      }),
  }
}
