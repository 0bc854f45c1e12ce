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
import type { Verb } from './completion/complete.ts'
import { type Context, context } from './context.ts'
import { isTopicFirst, short } from './short.ts'

const machine = systemMachine()
const named = process.argv[2] ?? ''
const shorthand = Object.hasOwn(short, named) ? short[named] : undefined
const tool = toolNamed(shorthand?.tool ?? named)
if (tool === undefined) {
  void main(machine).then((code) => process.exit(code))
} else {
  const [, , , ...rest] = process.argv
  const isTopic = shorthand !== undefined && isTopicFirst(rest)
  const words = [...(shorthand?.options ?? []), ...(isTopic ? ['--topic'] : []), ...rest]
  process.argv.splice(2, process.argv.length, ...words)
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
    .option('--restart', 'start a broker again when it crashes (not when it is stopped or killed)')
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
  verb('add-broker', 'one more broker for the cluster that runs').action(async (options) =>
    (await import('./grow.ts')).addBroker(at(options)),
  )
  verb('remove-broker <id>', 'move away what a broker holds, and remove it for good').action(
    async (id, options) => (await import('./grow.ts')).removeBroker(at(options), id),
  )
  verb('restart', 'stop what runs, and start it again').action(async (options) =>
    (await import('./stop.ts')).restart(at(options)),
  )
  verb('status', 'brokers, leaders, in-sync replicas, addresses and sizes, and whether all is well')
    .option('--json', 'for programs')
    .option('--watch', 'look again every second, until Ctrl-C')
    .action(async (options) =>
      exit(await (await import('./status.ts')).status(at(options), options)),
    )
  verb('logs [ids...]', 'what the brokers, or some of them, tell of themselves')
    .option('-f, --follow', 'go on until Ctrl-C')
    .action(async (ids, options) =>
      exit(await (await import('./logs.ts')).logs(at(options), ids, options)),
    )
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
  verb(
    'doctor [address]',
    'explain step by step what a client meets at an address, or here',
  ).action(async (address, options) =>
    exit(await (await import('./doctor/doctor.ts')).doctor(machine, address, options)),
  )
  program
    .command('completion <shell>')
    .description('a script that lets bash, zsh or fish complete options, topics and groups')
    .action(async (shell) => (await import('./completion/scripts.ts')).completion(machine, shell))
  program
    .command('supervise <id>', { hidden: true })
    .option('--home <folder>')
    .option('--override <name=value>', '', collect)
    .action(async (id, options) =>
      (await import('./supervise.ts')).superviseBroker(at(options), id, options),
    )
  program.command('complete [words...]', { hidden: true }).action(async (words) => {
    const { complete } = await import('./completion/complete.ts')
    await complete(machine, words, verbsOf(program))
  })
  for (const [name, { tool, options }] of Object.entries(short)) {
    program.command(name).description(`${tool} --topic <topic> ${options.join(' ')}`)
  }
  for (const name of toolNames) {
    program.command(name).description(`Kafka's ${name}: jackdaw ${name} --help`)
  }
  return program

  function at(options: { home?: string }): Context {
    return context(machine, options)
  }
}

function verbsOf(program: Command): Verb[] {
  return program.commands
    .filter((command) => !['complete', 'supervise'].includes(command.name()))
    .map((command) => ({
      name: command.name(),
      description: command.description(),
      options: command.options.map(({ long, description }) => ({ text: long!, description })),
      argument: command.registeredArguments[0]?.name() ?? null,
    }))
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
