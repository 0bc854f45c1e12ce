import { join, resolve } from 'node:path'
import { toolNames } from '../tools.ts'
import type { Context } from './context.ts'
import { shellWord, thisCommand } from './shell-word.ts'

/** Writes Apache's names for our tools into a folder, for scripts and fingers that know them. */
export function shims({ machine, host }: Context, folder: string): void {
  const target = resolve(folder)
  host.disk.makeDirectory(target)
  const command = thisCommand().map(shellWord).join(' ')
  for (const tool of toolNames) {
    for (const name of [`kafka-${tool}`, `kafka-${tool}.sh`]) {
      const text = `#!/bin/sh\nexec ${command} ${tool} "$@"\n`
      host.disk.replaceFile(join(target, name), Buffer.from(text), 0o755)
    }
  }
  machine.stdout.write(
    `wrote ${toolNames.length * 2} commands into ${target}; put it in front of PATH\n`,
  )
}
