import { systemClock } from '../host/clock.ts'
import { standardError, standardInput, standardOutput } from '../host/stdio.ts'
import { exitCodeOf, type Machine, type Signal } from './machine.ts'
import { tell } from './tell.ts'
import type { Tool } from './tool.ts'

/** Runs a tool as this process: its exit code is the process's, and no open socket keeps it alive. */
export async function enter(tool: Tool): Promise<never> {
  const machine = systemMachine()
  try {
    process.exit(await tool.run(machine))
  } catch (error) {
    process.exit(tell(error, { tool, machine }))
  }
}

export function systemMachine(): Machine {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    stdin: standardInput,
    stdout: standardOutput,
    stderr: standardError,
    clock: systemClock,
    onSignal,
  }
}

function onSignal(take: (signal: Signal) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // Whoever asks twice does not want to wait for an orderly end.
      process.once(signal, () => process.exit(exitCodeOf[signal]))
      take(signal)
    })
  }
}
