// Bundles every command into dist/: one CommonJS file for what is always needed, and a file of its own for each part that
// is behind an `import()`, so that a tool reads from disk only what it runs. CommonJS, because Node starts it some
// milliseconds sooner than modules; esbuild splits modules alone, hence the two passes.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const target = 'node20.19'

await import('./ts.mjs')
const { toolNames } = await import('../src/cli/tools.ts')
const entries = {
  jackdaw: 'src/cli/jackdaw/main.ts',
  broker: 'src/broker/entry.ts',
  ...Object.fromEntries(toolNames.map((name) => [name, `src/cli/${name}/main.ts`])),
}

// Native code, and packages that find files of their own at run time: they stay in node_modules.
const external = [
  '@node-rs/crc32',
  'snappy',
  'lz4-napi',
  '@toondepauw/node-zstd',
  'pino',
  'pino-pretty',
]

// What a module has and a CommonJS file does not.
const banner = `const __url = require('node:url').pathToFileURL(__filename).href;`

// `node scripts/build.mjs topics broker` builds these alone and leaves the others as they are.
const asked = process.argv.slice(2)
const wanted = Object.entries(entries).filter(
  ([name, source]) =>
    existsSync(join(root, source)) && (asked.length === 0 || asked.includes(name)),
)
mkdirSync(dist, { recursive: true })
// What a command is made of appears all at once: a tool that starts meanwhile finds the old files or the new ones.
const results = await Promise.allSettled(wanted.map(([name, source]) => bundle(name, source)))
const failed = wanted.filter((_, index) => results[index].status === 'rejected')
write('package.json', '{ "type": "commonjs" }\n')
console.log(
  `dist: ${wanted
    .filter((each) => !failed.includes(each))
    .map(([name]) => name)
    .join(', ')}`,
)
if (failed.length > 0) {
  console.error(`not built: ${failed.map(([name]) => name).join(', ')}`)
  process.exitCode = 1
}

async function bundle(name, source) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: source },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target,
    external,
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: `${name}-[name]-[hash]`,
    outExtension: { '.js': '.mjs' },
    legalComments: 'none',
    write: false,
  })
  const files = new Map()
  for (const { path, text } of outputFiles) {
    const { code } = await transform(withConstants(renamed(text)), {
      format: 'cjs',
      platform: 'node',
      target,
      minifySyntax: true,
      minifyWhitespace: true,
      define: { 'import.meta.url': '__url' },
      banner: text.includes('import.meta.url') ? banner : '',
    })
    files.set(basename(path).replace(/\.mjs$/, '.cjs'), code)
  }
  // The entry comes last: what it asks for is there before it.
  for (const [file, code] of [...files].reverse()) write(file, code)
  const parts = new RegExp(`^${name}-[\\w-]+-[A-Z0-9]{8}\\.cjs$`)
  for (const file of readdirSync(dist)) {
    if (parts.test(file) && !files.has(file) && !isOfAnother(file, name)) rmSync(join(dist, file))
  }
}

// Parts know each other by the names that they have on disk.
function renamed(text) {
  return text.replaceAll(/(["'])(\.\/[^"'\s]+)\.mjs\1/g, '"$2.cjs"')
}

// What a part takes of another one becomes a constant, and no getter behind which each call would have to look: the writer of batches
// may well lie in another part than its loop. Nothing here reassigns what it exports, and parts do not ask each other in circles.
function withConstants(text) {
  return text.replaceAll(
    /\bimport\s*\{([^}]*)\}\s*from\s*("\.\/[^"]+\.cjs")/g,
    (_, names, file) => `const{${names.replaceAll(/\s+as\s+/g, ':')}}=require(${file})`,
  )
}

// `jackdaw-…` must not take a part of a command whose name begins alike.
function isOfAnother(file, name) {
  return Object.keys(entries).some(
    (other) => other.length > name.length && other.startsWith(name) && file.startsWith(`${other}-`),
  )
}

function write(file, code) {
  const part = join(dist, `.${file}.${process.pid}`)
  writeFileSync(part, code)
  renameSync(part, join(dist, file))
}
