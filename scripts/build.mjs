// Bundles every command into dist/: one CommonJS file for what is always needed, and a file of its own for each part that
// is behind an `import()`, so that a tool reads from disk only what it runs. CommonJS, because Node starts it some
// milliseconds sooner than modules; esbuild splits modules alone, hence the two passes.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const target = 'node20.19'

const entries = {
  jackdaw: 'src/cli/jackdaw/main.ts',
  topics: 'src/cli/topics/main.ts',
  'console-producer': 'src/cli/console-producer/main.ts',
  'console-consumer': 'src/cli/console-consumer/main.ts',
  'consumer-groups': 'src/cli/consumer-groups/main.ts',
  broker: 'src/broker/entry.ts',
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

const built = []
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
for (const [name, source] of Object.entries(entries)) {
  if (!existsSync(join(root, source))) continue
  built.push(name)
  await bundle(name, source)
}
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n')
console.log(`dist: ${built.join(', ')}`)

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
    // Packages written as CommonJS ask for Node's own modules in their way.
    legalComments: 'none',
    write: false,
  })
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text.replaceAll(/(["'])(\.\/[^"'\s]+)\.mjs\1/g, '"$2.cjs"'), {
      format: 'cjs',
      platform: 'node',
      target,
      minifySyntax: true,
      minifyWhitespace: true,
      define: { 'import.meta.url': '__url' },
      banner: text.includes('import.meta.url') ? banner : '',
    })
    writeFileSync(join(dist, basename(path).replace(/\.mjs$/, '.cjs')), code)
  }
}
