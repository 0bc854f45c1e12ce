/** Bundles a simulation with one rule switched off, and plays it until it is found out. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { projectRoot } from '../support/project.ts'
import type { Bug } from './bugs.ts'
import type { plays as Plays } from './seeds.ts'

/** Its text with the rule switched off; throws where the text is not there exactly once. */
export function planted({ file, from, to, name }: Bug): string {
  const text = readFileSync(join(projectRoot, file), 'utf8')
  if (text.split(from).length !== 2)
    throw new Error(`"${name}": ${file} does not say this once: ${from}`)
  return text.replace(from, () => to)
}

export interface Found {
  readonly seed: number
  readonly what: string
}

/** The first of the seeds that finds the bug; null if none does. */
export async function hunt(bug: Bug, seeds: number): Promise<Found | null> {
  const outfile = await bundle('seeds.ts', [plugin(bug)])
  try {
    const { plays }: { plays: typeof Plays } = await import(pathToFileURL(outfile).href)
    const play = plays[bug.sim]
    for (let seed = 1; seed <= seeds; seed++) {
      const what = await play(seed)
      if (what !== null) return { seed, what }
    }
    return null
  } finally {
    rmSync(outfile, { force: true })
  }
}

let count = 0

/** One file of all that a part of the simulation needs; whoever asked for it removes it. */
export async function bundle(entry: string, plugins: Plugin[] = []): Promise<string> {
  const folder = join(projectRoot, 'node_modules', '.simulation')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${process.pid}-${count++}.mjs`)
  await build({
    entryPoints: [join(projectRoot, 'test', 'sim', entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    outfile,
    plugins,
  })
  return outfile
}

function plugin(bug: Bug): Plugin {
  return {
    name: 'plant',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path === join(projectRoot, bug.file) ? { contents: planted(bug), loader: 'ts' } : undefined,
      )
    },
  }
}
