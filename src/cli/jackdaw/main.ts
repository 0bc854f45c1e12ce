/**
 * `jackdaw`: the local cluster, and the tools under one name. The tools keep their own parsers, because theirs is Kafka's
 * command line; these verbs are ours.
 */
import { Command, CommanderError } from 'commander'
import { ClusterError } from '../../cluster/brokers.ts'
import { systemMachine } from '../enter.ts'
import type { Machine } from '../machine.ts'
import { isClosedPipe } from '../tell.ts'
import { toolNamed, toolNames } from '../tools.ts'
import { type Context, context } from './context.ts'

const machine = systemMachine()
const tool = toolNamed(process.argv[2] ?? '')
if (tool === undefined) {
  void main(machine).then((code) => process.exit(code))
} else {
  process.argv.splice(2, 1)
  void tool()
}

async function main(machine: Machine): Promise<number> {
  let code = 0
  const program = declare(machine, (result) => {
    code = result
  })
  try {
    await program.parseAsync(['node', 'jackdaw', ...machine.argv])
    return code
  } catch (error) {
    return tell(error, machine)
  }
}

function declare(machine: Machine, exit: (code: number) => void): Command {
  const program = new Command('jackdaw')
    .description('A small Kafka that lives on one machine.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => machine.stdout.write(text),
      writeErr: (text) => machine.stderr.write(text),
    })
    .option('--debug', 'show where an error came from')
  const verb = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--home <folder>', 'the cluster that is meant (else JACKDAW_HOME, else your own)')
      .option('--debug', 'show where an error came from')
  const collect = (value: string, all: string[] = []) => [...all, value]

  verb('start [ids...]', 'start the local cluster, or some of its brokers, in the background')
    .option('--brokers <count>', 'how many brokers a new cluster gets (1)')
    .option('--override <name=value>', 'a broker configuration, for this start', collect)
    .action(async (ids, options) => (await import('./start.ts')).start(at(options), options, ids))
  verb('stop [ids...]', 'stop it, or some of its brokers, in an orderly way').action(
    async (ids, options) => (await import('./stop.ts')).stop(at(options), ids),
  )
  verb('kill <ids...>', 'end brokers as a fault would')
    .option('--hard', 'at once (SIGKILL)')
    .action(async (ids, options) => (await import('./signals.ts')).kill(at(options), ids, options))
  verb('pause <ids...>', 'let brokers stand still (SIGSTOP)').action(async (ids, options) =>
    (await import('./signals.ts')).pauseBrokers(at(options), ids),
  )
  verb('resume <ids...>', 'let them go on').action(async (ids, options) =>
    (await import('./signals.ts')).resumeBrokers(at(options), ids),
  )
  verb('restart', 'stop what runs, and start it again').action(async (options) =>
    (await import('./stop.ts')).restart(at(options)),
  )
  verb('status', 'brokers, sockets, ports, data directories and sizes')
    .option('--json', 'for programs')
    .action(async (options) =>
      exit(await (await import('./status.ts')).status(at(options), options)),
    )
  verb('logs', 'what the brokers tell of themselves')
    .option('-f, --follow', 'go on until Ctrl-C')
    .action(async (options) => exit(await (await import('./logs.ts')).logs(at(options), options)))
  verb('reset', 'stop the cluster and remove all it holds')
    .option('--yes', 'do not ask')
    .action(async (options) => (await import('./reset.ts')).reset(at(options), options))
  verb('broker', 'run one broker in the foreground')
    .option('--config <file>', "a server.properties in Apache Kafka's words")
    .option('--override <name=value>', 'a configuration that counts before the file', collect)
    .action(async (options) =>
      exit(await (await import('./broker.ts')).broker(at(options), options)),
    )
  program
    .command('shims <folder>')
    .description("write Apache's names (kafka-topics, kafka-topics.sh, …) for our tools")
    .action(async (folder) => (await import('./shims.ts')).shims(at({}), folder))
  for (const name of toolNames) {
    program.command(name).description(`Kafka's ${name}: jackdaw ${name} --help`)
  }
  return program

  function at(options: { home?: string }): Context {
    return context(machine, options)
  }
}

function tell(error: unknown, { argv, stderr }: Machine): number {
  // commander has said it already, and counts its own help as an error.
  if (error instanceof CommanderError) return error.exitCode
  if (isClosedPipe(error)) return 0
  const known = error instanceof ClusterError || isSystemError(error)
  if (argv.includes('--debug') && error instanceof Error) stderr.write(`${error.stack}\n`)
  else if (known) stderr.write(`jackdaw: ${error.message}\n`)
  else
    stderr.write(
      `jackdaw: ${error instanceof Error ? error.message : String(error)} (--debug shows more)\n`,
    )
  return 1
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
