// npm run bench [-- name …]: runs the benches of this folder that have one of these names, or all that run by themselves.
import { existsSync, readdirSync } from 'node:fs'
import { register } from 'node:module'

register('../scripts/ts.mjs', import.meta.url)

const parts = [
  'run.mjs',
  'group-load.ts',
  'log-jobs.ts',
  'content.ts',
  'rivals.ts',
  'contestants.ts',
  'measure.ts',
  'table.ts',
]
const all = readdirSync(new URL('.', import.meta.url))
  .filter((file) => /\.(ts|mjs)$/.test(file) && !parts.includes(file))
  .map((file) => file.replace(/\.\w+$/, ''))
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`no bench is called ${unknown.join(', ')}; there are ${all.join(', ')}`)
  process.exit(1)
}
for (const name of asked.length > 0 ? asked : all) {
  console.log(`== ${name}`)
  const source = [`./${name}.ts`, `./${name}.mjs`].map((file) => new URL(file, import.meta.url))
  await import(source.find((file) => existsSync(file)).href)
}
