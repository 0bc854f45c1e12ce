// Makes src/protocol/batch/engine/engine-bytes.ts of the AssemblyScript beside it.
//   npm run engine              writes it
//   npm run engine -- --check   fails where it is not what it would become
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = 'src/protocol/batch/engine'
const file = join(root, folder, 'engine-bytes.ts')

const text = `// Made by scripts/engine.mjs of engine.as.ts.
export const engineBytes =
  '${compiled().toString('base64')}'
`
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  console.error(`${folder}/engine-bytes.ts is not up to date: npm run engine`)
  process.exitCode = 1
}

function compiled() {
  const out = mkdtempSync(join(tmpdir(), 'engine-'))
  try {
    const module = join(out, 'engine.wasm')
    const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js')
    const how = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert', '--importMemory']
    const args = [compiler, `${folder}/engine.as.ts`, ...how, '--outFile', module]
    execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
    return readFileSync(module)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
