// Writes the pages of docs/ that are tables of what the sources declare: docs/protocol.md, docs/configs.md, docs/tools/.
//   npm run docs              writes them
//   npm run docs -- --check   fails where one is not what it would become
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
await import('./ts.mjs')
const { protocolPage, configsPage } = await import('./pages.ts')
const { toolPages } = await import('./tool-pages.ts')

const pages = {
  'docs/protocol.md': protocolPage(),
  'docs/configs.md': configsPage(),
  ...(await toolPages()),
}
for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path)
  const known = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  if (known === text) continue
  if (process.argv.includes('--check')) {
    console.error(`${path} is not up to date: npm run docs`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(`${path}: written`)
  }
}
