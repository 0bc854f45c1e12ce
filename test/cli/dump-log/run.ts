import { dumpLog } from '../../../src/cli/dump-log/dump-log.ts'
import { tell } from '../../../src/cli/tell.ts'
import { scriptedMachine } from '../machine.ts'

/** The tool as a script sees it. */
export async function runDumpLog(argv: readonly string[]) {
  const machine = scriptedMachine({ argv })
  const code = await dumpLog
    .run(machine)
    .catch((error: unknown) => tell(error, { tool: dumpLog, machine }))
  return { code, stdout: machine.out(), stderr: machine.err() }
}

/** What Kafka told of the same files, without the frames of its stacks, which are no one's contract. */
export function withoutFrames(text: string): string {
  return text.replaceAll(/^\t(at |\.\.\.).*\n/gm, '')
}
