/** Our own consumer as one of the programs of `test/clients`, bundled where nobody looks. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Command } from './processes.ts'
import { projectRoot } from './project.ts'

const bundles = join(projectRoot, 'node_modules', '.member')

/** With `+` between the names of several assignors. */
export async function ownMember(assignors: string): Promise<Command> {
  mkdirSync(bundles, { recursive: true })
  const outfile = join(bundles, `member-${process.pid}.mjs`)
  await build({
    entryPoints: [join(projectRoot, 'test', 'support', 'member', 'member.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    outfile,
  })
  return { command: process.execPath, args: [outfile, assignors] }
}
